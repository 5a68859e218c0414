import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { environments } from '../api/calls.ts';
import type { ModelEnvironment } from '../api/types.ts';
import { Command } from '../components/command.tsx';
import { Digest } from '../components/digest.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useFormat } from '../text/format.ts';
import { SettingsDifferences } from './settings-differences.tsx';

const here = {
  'replicas.max': 'environments.here_replicas',
  'resources.cpu': 'environments.here_cpu',
  'resources.memory': 'environments.here_memory',
  variables: 'environments.here_variables',
} as const;

/** What differs between environments, and what has changed since what serves went out. */
export function EnvironmentSettings() {
  const { t } = useTranslation('console');
  const found = useQuery({ queryKey: ['environments'], queryFn: environments, refetchInterval: 10_000 });
  if (found.error) return <ProblemNotice error={found.error} />;
  if (!found.data || found.data.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="environments">
      <div className="stack tight">
        <h2 id="environments">{t('environments.title')}</h2>
        <p className="muted">{t('environments.text')}</p>
      </div>
      {found.data.map((one) => (
        <OneEnvironment key={`${one.model} ${one.environment}`} state={one} />
      ))}
    </section>
  );
}

function OneEnvironment({ state }: { state: ModelEnvironment }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const { model, environment, version, release, changes, todo, missingSecrets, notHonoured } = state;
  const name = `${model} · ${environment}`;
  const { policies, ...serving } = version.settings;
  const rows = [...linesOf(serving), ...linesOf({ policies })];
  return (
    <article className="card stack" aria-label={t('environments.of', { place: name })}>
      <div className="stack tight">
        <h3>{t('environments.number', { place: name, number: String(version.number) })}</h3>
        <p className="muted small-print">
          {t('environments.declared', { who: version.by, when: format.moment(version.at) })}
          {' · '}
          <Digest value={version.digest} />
        </p>
      </div>
      {rows.length === 0 ? (
        <p className="muted">{t('environments.nothing')}</p>
      ) : (
        <div className="table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('environments.setting')}</th>
                <th scope="col">{t('environments.value')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(([path, value]) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {notHonoured.length > 0 && (
        <ul className="muted">
          {notHonoured.map(({ setting }) => (
            <li key={setting}>
              {setting}: {t(here[setting])}
            </li>
          ))}
        </ul>
      )}
      {missingSecrets && missingSecrets.length > 0 && (
        <p className="notice bad">{t('environments.missing', { names: missingSecrets.join(', ') })}</p>
      )}
      {release && changes.length > 0 && (
        <>
          <p>{t('environments.changed', { version: String(release.version) })}</p>
          <SettingsDifferences
            from={t('environments.released')}
            to={t('environments.declared_now')}
            differences={changes}
          />
          {todo === null ? (
            <p className="muted">{t('environments.at_once')}</p>
          ) : (
            <Command line={`npx visavox release propose ${model}:${release.version} --to ${environment}`} />
          )}
        </>
      )}
    </article>
  );
}

/** What settings say, by path. */
function linesOf(value: unknown, path = ''): [string, string][] {
  if (value === undefined) return [];
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) =>
    linesOf(inner, path === '' ? key : `${path}.${key}`),
  );
}
