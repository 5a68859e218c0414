import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runAddress } from '../addresses.ts';
import { run as fetchRun } from '../api/calls.ts';
import type { RunSummary } from '../api/types.ts';
import { Command } from '../components/command.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { TasksGraph } from './tasks-view.tsx';

export function LatestRun({ run }: { run: RunSummary | null }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const details = useQuery({
    queryKey: ['run', run?.id],
    queryFn: () => fetchRun(run?.id ?? ''),
    enabled: run !== null,
    refetchInterval: run && !run.finishedAt ? 2000 : false,
  });
  return (
    <section className="card stack" aria-labelledby="latest">
      <div className="between">
        <h2 id="latest">{t('overview.latest')}</h2>
        <Link href="/console/runs">{t('overview.all_runs')}</Link>
      </div>
      {run ? (
        <>
          <p className="between">
            <span>
              <Link href={runAddress(run.id)}>{format.moment(run.createdAt)}</Link>{' '}
              <span className="muted">
                {run.pipeline} · {run.trigger}
              </span>
            </span>
            <StateBadge state={run.state} />
          </p>
          {details.data && <TasksGraph run={details.data} />}
        </>
      ) : (
        <>
          <div className="stack tight">
            <p>{t('overview.latest_none')}</p>
            <p className="muted">{t('overview.latest_none_text')}</p>
          </div>
          <Command line="visavox run pipeline.ts" />
        </>
      )}
    </section>
  );
}
