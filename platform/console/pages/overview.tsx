import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelAddress, versionAddress } from '../addresses.ts';
import { runs, status } from '../api/calls.ts';
import type { Environment } from '../api/types.ts';
import { Command } from '../components/command.tsx';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StageBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { LatestRun } from './latest-run.tsx';
import { Services } from './services.tsx';

const CALM_MS = 5000;

export function OverviewPage() {
  const { t } = useTranslation('console');
  const now = useQuery({ queryKey: ['status'], queryFn: status, refetchInterval: CALM_MS });
  const recent = useQuery({ queryKey: ['runs'], queryFn: runs, refetchInterval: CALM_MS });
  const error = now.error ?? recent.error;
  return (
    <>
      <PageHead title={t('overview.title')} />
      {error && <ProblemNotice error={error} />}
      {now.data && <Environments environments={now.data.environments} />}
      {recent.data && <LatestRun run={recent.data[0] ?? null} />}
      {now.data && <Services services={now.data.services} />}
    </>
  );
}

function Environments({ environments }: { environments: readonly Environment[] }) {
  const { t } = useTranslation('console');
  if (environments.length === 0)
    return <Empty title={t('overview.environments_none')} text={t('overview.environments_none_text')} />;
  return (
    <section className="stack" aria-label={t('overview.environments')}>
      <ul className="tiles">
        {environments.map((one) => (
          <li key={`${one.model} ${one.name}`} className="card stack tight">
            <div className="between">
              <h2>
                <Link href={modelAddress(one.model)}>{one.model}</Link>
              </h2>
              <span className="muted">{one.name}</span>
            </div>
            <Serving {...one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Serving({ champion, challenger, serving }: Environment) {
  const { t } = useTranslation('console');
  return (
    <>
      {champion ? (
        <p className="between">
          <Link href={versionAddress({ name: champion.model, version: champion.version })}>
            {t('releases.version', { version: String(champion.version) })}
          </Link>
          <StageBadge stage="champion" />
        </p>
      ) : (
        <p className="muted">{t('overview.champion_none')}</p>
      )}
      {challenger && (
        <p className="muted">{t('overview.challenger', { version: String(challenger.version) })}</p>
      )}
      {champion && serving && (
        <>
          <p className="muted small-print">{t('overview.endpoint')}</p>
          <Command line={`${window.location.origin}${serving}/v2/models/${champion.model}/infer`} />
        </>
      )}
    </>
  );
}
