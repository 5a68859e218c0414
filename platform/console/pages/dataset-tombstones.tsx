import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { traceAddress } from '../addresses.ts';
import { datasetTombstones } from '../api/calls.ts';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** Versions of a dataset that were deleted: when, by whom and why. Nothing where none was. */
export function DatasetTombstones({ name }: { name: string }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const found = useQuery({ queryKey: ['tombstones', name], queryFn: () => datasetTombstones(name) });
  if (found.isError) return <ProblemNotice error={found.error} />;
  if (!found.data || found.data.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="deleted">
      <h2 id="deleted">{t('deleted.title', { name })}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section className="table" aria-label={t('columns.table', { what: t('deleted.short') })} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('dataset.version')}</th>
              <th scope="col">{t('deleted.when')}</th>
              <th scope="col">{t('deleted.by')}</th>
              <th scope="col">{t('deleted.why')}</th>
              <th scope="col" className="number">
                {t('datasets.items')}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.data.map(({ dataset, deletedAt, deletedBy, reason, items }) => (
              <tr key={`${dataset} ${deletedAt}`}>
                <th scope="row">
                  <Link href={traceAddress({ kind: 'dataset', id: dataset })}>
                    <Digest value={dataset} />
                  </Link>
                </th>
                <td>{format.moment(deletedAt)}</td>
                <td>{deletedBy}</td>
                <td>{reason}</td>
                <td className="number">{format.number(items)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}
