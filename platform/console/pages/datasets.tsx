import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress } from '../addresses.ts';
import { datasets } from '../api/calls.ts';
import type { DatasetListing } from '../api/types.ts';
import { Command } from '../components/command.tsx';
import { Digest } from '../components/digest.tsx';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

const importing = 'visavox data import FOLDER --name NAME';

export function DatasetsPage() {
  const { t } = useTranslation('console');
  const list = useQuery({ queryKey: ['datasets'], queryFn: datasets, refetchInterval: 5000 });
  return (
    <>
      <PageHead title={t('datasets.title')} text={t('datasets.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && (
        <Empty title={t('datasets.none')} text={t('datasets.none_text')} command={importing} />
      )}
      {list.data && list.data.length > 0 && (
        <>
          <DatasetTable versions={list.data} />
          <Command line={importing} />
        </>
      )}
    </>
  );
}

function DatasetTable({ versions }: { versions: readonly DatasetListing[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="card table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('datasets.name')}</th>
            <th scope="col">{t('datasets.newest')}</th>
            <th scope="col" className="number">
              {t('datasets.items')}
            </th>
            <th scope="col" className="number">
              {t('datasets.versions')}
            </th>
            <th scope="col" className="optional">
              {t('datasets.saved')}
            </th>
          </tr>
        </thead>
        <tbody>
          {byName(versions).map(([newest, ...older]) => (
            <tr key={newest.name}>
              <th scope="row">
                <Link href={datasetAddress(newest.digest)}>{newest.name}</Link>
              </th>
              <td>
                <Digest value={newest.digest} />
              </td>
              <td className="number">{format.number(newest.items)}</td>
              <td className="number">{format.number(1 + older.length)}</td>
              <td className="optional">{format.moment(newest.createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The versions of each dataset, in the order in which they are given. */
function byName(
  versions: readonly DatasetListing[],
): readonly (readonly [DatasetListing, ...DatasetListing[]])[] {
  const found = new Map<string, [DatasetListing, ...DatasetListing[]]>();
  for (const version of versions) {
    const known = found.get(version.name);
    if (known) known.push(version);
    else found.set(version.name, [version]);
  }
  return [...found.values()];
}
