import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { taskLogs } from '../api/calls.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';

export function TaskLog({ run, task, live }: { run: string; task: string; live: boolean }) {
  const { t } = useTranslation('console');
  const { t: tp } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const log = useQuery({
    queryKey: ['log', run, task],
    queryFn: () => taskLogs(run, task),
    refetchInterval: live ? 2000 : false,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another task's log is shown
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, [task]);
  return (
    <section className="card stack" aria-labelledby="log">
      <div className="between">
        <h2 id="log" ref={heading} tabIndex={-1}>
          {t('run.logs', { task })}
        </h2>
        <Link className="button quiet small" href={runAddress(run)}>
          {tp('close')}
        </Link>
      </div>
      {log.isError && <ProblemNotice error={log.error} />}
      {log.data === '' && <p className="muted">{t('run.logs_none')}</p>}
      {log.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        <pre tabIndex={0}>{log.data}</pre>
      )}
    </section>
  );
}
