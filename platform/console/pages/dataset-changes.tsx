import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { datasetDifference } from '../api/calls.ts';
import { shortened } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { ColumnChanges } from './column-changes.tsx';

const SHOWN = 100;

/** What is otherwise in a version than in another one, by key. */
export function DatasetChanges({ digest, since }: { digest: string; since: string }) {
  const { t } = useTranslation('console');
  const heading = useRef<HTMLHeadingElement>(null);
  const difference = useQuery({
    queryKey: ['difference', digest, since],
    queryFn: () => datasetDifference(digest, { from: since, limit: SHOWN }),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another comparison is shown
  useEffect(() => {
    heading.current?.focus();
    heading.current?.scrollIntoView({ block: 'nearest' });
  }, [since]);
  const { added, removed, changed } = difference.data ?? {};
  return (
    <section className="card stack" aria-labelledby="difference">
      <h2 id="difference" ref={heading} tabIndex={-1}>
        {t('dataset.difference', { digest: shortened(since) })}
      </h2>
      {difference.isError && <ProblemNotice error={difference.error} />}
      {added && removed && changed && (
        <>
          {added.count + removed.count + changed.count === 0 && (
            <p className="muted">{t('dataset.difference_none')}</p>
          )}
          <Keys kind="added" count={added.count} keys={added.items.map(({ key }) => key)} />
          <Keys kind="removed" count={removed.count} keys={removed.items.map(({ key }) => key)} />
          <Keys kind="changed" count={changed.count} keys={changed.items.map(({ after }) => after.key)} />
          <ColumnChanges digest={digest} since={since} />
        </>
      )}
    </section>
  );
}

const looks = { added: 'good', removed: 'bad', changed: 'warn' } as const;

function Keys(props: { kind: keyof typeof looks; count: number; keys: readonly string[] }) {
  const { t } = useTranslation('console');
  const { kind, count, keys } = props;
  if (count === 0) return null;
  const more = count - keys.length;
  return (
    <div className="stack tight">
      <h3>
        <span className={`badge ${looks[kind]}`}>{t(`dataset.${kind}`, { count })}</span>
      </h3>
      <ul className="keys">
        {keys.map((key) => (
          <li key={key}>
            <code>{key}</code>
          </li>
        ))}
        {more > 0 && <li className="muted">{t('dataset.more', { count: more })}</li>}
      </ul>
    </div>
  );
}
