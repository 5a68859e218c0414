import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { datasetAddress, traceAddress } from '../addresses.ts';
import { datasetItems, datasets } from '../api/calls.ts';
import type { DatasetItem, DatasetListing } from '../api/types.ts';
import { Command } from '../components/command.tsx';
import { Digest, shortened } from '../components/digest.tsx';
import { PageHead } from '../components/page-head.tsx';
import { Paging } from '../components/paging.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { TextField } from '../components/text-field.tsx';
import { Link, navigate, queryWith, useAddress } from '../router.tsx';
import { useFormat } from '../text/format.ts';
import { DatasetChanges } from './dataset-changes.tsx';
import { DatasetItemView } from './dataset-item.tsx';
import { DatasetProfileCards } from './dataset-profile.tsx';
import { DatasetSplits } from './dataset-splits.tsx';
import { DatasetTombstones } from './dataset-tombstones.tsx';
import { DatasetValidations } from './dataset-validations.tsx';

const ON_A_PAGE = 25;

/** A version of a dataset: its files, what changed since another version, and where it came to be used. */
export function DatasetPage({ digest }: { digest: string }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { searchParams } = useAddress();
  const list = useQuery({ queryKey: ['datasets'], queryFn: datasets });
  const start = Number(searchParams.get('start') ?? 0);
  const find = searchParams.get('find') ?? '';
  const files = useQuery({
    queryKey: ['dataset', digest, find, start],
    queryFn: () => datasetItems(digest, { find, start, limit: ON_A_PAGE }),
    placeholderData: keepPreviousData,
  });
  const name = files.data?.name ?? '';
  const saved = list.data?.find((version) => version.digest === digest);
  const since = searchParams.get('since');
  const item = searchParams.get('item');
  return (
    <>
      <PageHead
        title={t('dataset.title', { name })}
        text={saved && t('dataset.text', { digest: shortened(digest), when: format.moment(saved.createdAt) })}
      >
        <Link className="button plain" href={traceAddress({ kind: 'dataset', id: digest })}>
          {t('datasets.trace')}
        </Link>
      </PageHead>
      {files.isError && <ProblemNotice error={files.error} />}
      {since !== null && <DatasetChanges digest={digest} since={since} />}
      {item !== null && <DatasetItemView key={item} digest={digest} item={item} />}
      {files.data && (
        <section className="card stack" aria-labelledby="files">
          <div className="stack tight">
            <h2 id="files">{t('dataset.files')}</h2>
            <p className="muted">
              {t('dataset.files_text', {
                count: files.data.total,
                size: format.bytes(files.data.bytes),
              })}
            </p>
          </div>
          <TextField
            label={t('dataset.find')}
            hint={t('dataset.find_hint')}
            type="search"
            value={find}
            onChange={({ target }) => navigate(queryWith({ find: target.value, start: null }), 'replace')}
          />
          {files.data.found === 0 ? (
            <p className="muted">{t('dataset.none_found', { text: find })}</p>
          ) : (
            <>
              <FileTable items={files.data.items} />
              <Paging start={start} found={files.data.found} size={ON_A_PAGE} />
            </>
          )}
        </section>
      )}
      {name !== '' && <DatasetValidations digest={digest} />}
      {name !== '' && <DatasetProfileCards digest={digest} />}
      {name !== '' && <DatasetSplits digest={digest} />}
      {list.data && name !== '' && (
        <Versions digest={digest} versions={list.data.filter((version) => version.name === name)} />
      )}
      {name !== '' && <DatasetTombstones name={name} />}
      {name !== '' && (
        <section className="card stack" aria-labelledby="use">
          <h2 id="use">{t('dataset.use')}</h2>
          <Command line={`visavox run pipeline.ts --param PARAMETER=${name}@${digest}`} />
        </section>
      )}
    </>
  );
}

function FileTable({ items }: { items: readonly DatasetItem[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('dataset.key')}</th>
            <th scope="col">{t('dataset.labels')}</th>
            <th scope="col" className="optional">
              {t('dataset.media')}
            </th>
            <th scope="col" className="number">
              {t('dataset.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map(({ key, labels, mediaType, bytes }) => (
            <tr key={key}>
              <th scope="row">
                <Link href={queryWith({ item: key })} aria-label={t('dataset.open', { key })}>
                  {key}
                </Link>
              </th>
              <td>{labelsText(labels)}</td>
              <td className="optional">{mediaType}</td>
              <td className="number">{format.bytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function labelsText(labels: DatasetItem['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}

function Versions({ digest, versions }: { digest: string; versions: readonly DatasetListing[] }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <section className="card stack" aria-labelledby="versions">
      <h2 id="versions">{t('dataset.versions', { name: versions[0]?.name ?? '' })}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('dataset.version')}</th>
              <th scope="col">{t('datasets.saved')}</th>
              <th scope="col" className="number">
                {t('datasets.items')}
              </th>
              <th scope="col">
                <span className="visually-hidden">{t('dataset.compare')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.digest}>
                <th scope="row">
                  <Link
                    href={datasetAddress(version.digest)}
                    aria-current={version.digest === digest ? 'true' : undefined}
                  >
                    <Digest value={version.digest} />
                  </Link>
                </th>
                <td>{format.moment(version.createdAt)}</td>
                <td className="number">{format.number(version.items)}</td>
                <td className="end">
                  {version.digest === digest ? (
                    <span className="muted">{t('dataset.this')}</span>
                  ) : (
                    <Link
                      href={queryWith({ since: version.digest })}
                      aria-label={`${t('dataset.compare')} ${shortened(version.digest)}`}
                    >
                      {t('dataset.compare_go')}
                    </Link>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
