import { useTranslation } from 'react-i18next';
import { runAddress, traceAddress, versionAddress } from '../addresses.ts';
import type { ModelVersion, Release } from '../api/types.ts';
import { StageBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

const MOST = 6;

/** Versions side by side: one a column, with the stages of their releases and everything that was measured of them. */
export function VersionsTable(props: {
  /** Of one model, the newest first. */
  versions: readonly ModelVersion[];
  releases: readonly Release[];
  all: boolean;
}) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const shown = props.all ? props.versions : mostTelling(props.versions);
  const metrics = [...new Set(shown.flatMap((version) => Object.keys(version.metrics)))].sort();
  const older = props.versions.length - shown.length;
  return (
    <section className="card stack" aria-labelledby="versions">
      <div className="between">
        <div className="stack tight">
          <h2 id="versions">{t('model.compare')}</h2>
          <p className="muted">{t(metrics.length > 0 ? 'model.compare_text' : 'model.metrics_none')}</p>
        </div>
        {older > 0 && (
          <p className="muted">
            {t('model.older', { count: older })} <Link href="?all=1">{t('model.show_all')}</Link>
          </p>
        )}
      </div>
      <div className="table">
        <table>
          <thead>
            <tr>
              <td />
              {shown.map((version) => (
                <th key={version.version} scope="col" className="number">
                  <Link href={versionAddress(version)}>
                    {t('model.version', { version: String(version.version) })}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{t('model.stage')}</th>
              {shown.map(({ version }) => (
                <td key={version} className="number">
                  <Stages releases={props.releases.filter((release) => release.version === version)} />
                </td>
              ))}
            </tr>
            {metrics.map((metric) => (
              <tr key={metric}>
                <th scope="row">
                  <code>{metric}</code>
                </th>
                {shown.map((version) => {
                  const value = version.metrics[metric];
                  return (
                    <td key={version.version} className="number">
                      {value === undefined ? '–' : format.figure(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
            <tr>
              <th scope="row">{t('model.registered')}</th>
              {shown.map(({ version, createdAt }) => (
                <td key={version} className="number">
                  {format.moment(createdAt)}
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">{t('model.run')}</th>
              {shown.map(({ version, run }) => (
                <td key={version} className="number">
                  {run === null ? (
                    <span className="muted">{t('model.by_hand')}</span>
                  ) : (
                    <Link href={runAddress(run)}>
                      <code title={run}>{run.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}$/, '$1…')}</code>
                    </Link>
                  )}
                </td>
              ))}
            </tr>
            <tr>
              <th scope="row">{t('trace.title')}</th>
              {shown.map(({ name, version }) => (
                <td key={version} className="number">
                  <Link
                    href={traceAddress({ kind: 'model', id: `${name}:${version}` })}
                    aria-label={t('model.trace_of', { version: String(version) })}
                  >
                    {t('model.trace')}
                  </Link>
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** The newest ones, and whatever serves. */
function mostTelling(versions: readonly ModelVersion[]): readonly ModelVersion[] {
  const serving = versions.slice(MOST).filter(({ aliases }) => aliases.length > 0);
  return [...versions.slice(0, MOST), ...serving];
}

function Stages({ releases }: { releases: readonly Release[] }) {
  const { t } = useTranslation('console');
  const newest = new Map(releases.toReversed().map((release) => [release.environment, release]));
  if (newest.size === 0) return <span className="muted">{t('model.not_released')}</span>;
  return [...newest.values()].map(({ environment, stage }) => (
    <span key={environment} className="block" title={environment}>
      <StageBadge stage={stage} />
    </span>
  ));
}
