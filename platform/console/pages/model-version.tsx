import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelAddress, runAddress, traceAddress } from '../addresses.ts';
import { bundle, bundleFileAddress, models, releases } from '../api/calls.ts';
import type { ModelVersion } from '../api/types.ts';
import { Digest } from '../components/digest.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StageBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useProject } from '../shell/project.tsx';
import { useFormat } from '../text/format.ts';
import { ModelFacts } from './model-facts.tsx';

/** One version of a model: what made it, what was measured of it, its files and where it serves. */
export function ModelVersionPage({ name, version }: { name: string; version: number }) {
  const { t } = useTranslation('console');
  const { VersionLinks } = useProject();
  const known = useQuery({ queryKey: ['models'], queryFn: models });
  const files = useQuery({
    queryKey: ['bundle', name, version],
    queryFn: () => bundle({ name, version }),
  });
  const found = known.data?.models.find((one) => one.name === name && one.version === version);
  const error = known.error ?? files.error;
  return (
    <>
      <PageHead title={`${name}:${version}`} text={<Stages name={name} version={version} />}>
        {VersionLinks && <VersionLinks model={name} version={version} />}
        <Link className="button plain" href={traceAddress({ kind: 'model', id: `${name}:${version}` })}>
          {t('model.trace')}
        </Link>
        <Link className="button plain" href={modelAddress(name)}>
          {t('model.all_versions')}
        </Link>
      </PageHead>
      {error && <ProblemNotice error={error} />}
      <div className="columns">
        {found && <Metrics metrics={found.metrics} />}
        {found && <Origin version={found} />}
      </div>
      <ModelFacts name={name} version={version} />
      {files.data && <Files name={name} version={version} files={files.data.files} />}
    </>
  );
}

function Stages({ name, version }: { name: string; version: number }) {
  const { t } = useTranslation('console');
  const all = useQuery({ queryKey: ['releases'], queryFn: releases, refetchInterval: 5000 });
  if (!all.data) return null;
  const own = all.data.filter((release) => release.model === name && release.version === version);
  const newest = new Map(own.toReversed().map((release) => [release.environment, release]));
  if (newest.size === 0) return t('model.not_released');
  return [...newest.values()].map(({ environment, stage }) => (
    <span key={environment} className="block">
      {environment} <StageBadge stage={stage} />
    </span>
  ));
}

function Metrics({ metrics }: Pick<ModelVersion, 'metrics'>) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const rows = Object.entries(metrics).sort(([a], [b]) => a.localeCompare(b));
  return (
    <section className="card stack" aria-labelledby="metrics">
      <h2 id="metrics">{t('run.metrics')}</h2>
      {rows.length === 0 ? (
        <p className="muted">{t('run.metrics_none')}</p>
      ) : (
        <div className="table">
          <table>
            <tbody>
              {rows.map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  <td className="number">{format.figure(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Origin({ version: { run, createdAt, bundle: digest } }: { version: ModelVersion }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <section className="card stack" aria-labelledby="origin">
      <h2 id="origin">{t('model.origin')}</h2>
      <dl className="pins">
        <dt>{t('model.run')}</dt>
        <dd>
          {run === null ? (
            t('model.by_hand')
          ) : (
            <Link href={runAddress(run)}>
              <code>{run}</code>
            </Link>
          )}
        </dd>
        <dt>{t('model.registered')}</dt>
        <dd>{format.moment(createdAt)}</dd>
        <dt>{t('model.bundle')}</dt>
        <dd>
          <Digest value={digest} />
        </dd>
      </dl>
    </section>
  );
}

function Files(props: {
  name: string;
  version: number;
  files: readonly { readonly path: string; readonly digest: string; readonly bytes: number }[];
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  return (
    <section className="card stack" aria-labelledby="files">
      <h2 id="files">{t('model.files')}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('model.file')}</th>
              <th scope="col">SHA-256</th>
              <th scope="col" className="number">
                {t('model.size')}
              </th>
            </tr>
          </thead>
          <tbody>
            {props.files.map(({ path, digest, bytes }) => (
              <tr key={path}>
                <th scope="row">
                  <a href={bundleFileAddress(props, path)} download={path.split('/').at(-1)}>
                    {path}
                  </a>
                </th>
                <td>
                  <Digest value={digest} />
                </td>
                <td className="number">{format.bytes(bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
