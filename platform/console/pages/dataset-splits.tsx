import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress } from '../addresses.ts';
import { datasetSplits } from '../api/calls.ts';
import type { DatasetSplit } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** The parts that a version was split into. Nothing where it was not. */
export function DatasetSplits({ digest }: { digest: string }) {
  const { t } = useTranslation('console');
  const splits = useQuery({ queryKey: ['splits', digest], queryFn: () => datasetSplits(digest) });
  if (splits.isError) return <ProblemNotice error={splits.error} />;
  if (!splits.data || splits.data.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="splits">
      <div className="stack tight">
        <h2 id="splits">{t('splits.title')}</h2>
        <p className="muted">{t('splits.text')}</p>
      </div>
      {splits.data.map((kept) => (
        <Split key={kept.digest} kept={kept} />
      ))}
    </section>
  );
}

function Split({ kept: { split, createdAt } }: { kept: DatasetSplit }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { by, column, group, seed } = split.rule;
  const rule = t(`splits.by_${by}`, { column });
  return (
    <div className="stack tight">
      <h3>{split.name}</h3>
      <p className="muted">
        {group === null ? rule : t('splits.together', { rule, group })}{' '}
        {t('splits.made', { seed: String(seed), when: format.moment(createdAt) })}
      </p>
      <div className="table">
        <table aria-label={split.name}>
          <thead>
            <tr>
              <th scope="col">{t('splits.part')}</th>
              <th scope="col">{t('dataset.version')}</th>
              <th scope="col" className="number">
                {t('datasets.items')}
              </th>
              <th scope="col" className="number">
                {t('splits.rows')}
              </th>
            </tr>
          </thead>
          <tbody>
            {split.parts.map(({ part, dataset, items, rows }) => (
              <tr key={part}>
                <th scope="row">
                  <Link href={datasetAddress(dataset)}>{part}</Link>
                </th>
                <td>
                  <Digest value={dataset} />
                </td>
                <td className="number">{format.number(items)}</td>
                <td className="number">{rows === null ? '–' : format.number(rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
