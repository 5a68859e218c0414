import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { modelAddress } from '../addresses.ts';
import { settings, status } from '../api/calls.ts';
import type { ServerFacts } from '../api/types.ts';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useWords } from '../text/words.ts';
import { OwnToken } from './own-token.tsx';
import { Services } from './services.tsx';

/** What the server runs with; to be read. */
export function SettingsPage() {
  const { t } = useTranslation('console');
  const facts = useQuery({ queryKey: ['settings'], queryFn: settings });
  const now = useQuery({ queryKey: ['status'], queryFn: status, refetchInterval: 5000 });
  const error = facts.error ?? now.error;
  return (
    <>
      <PageHead title={t('settings.title')} text={t('settings.text')} />
      {error && <ProblemNotice error={error} />}
      {facts.data && (
        <>
          <Project facts={facts.data} />
          <Values settings={facts.data.settings} />
          <OwnToken />
        </>
      )}
      {now.data && <Services services={now.data.services} />}
    </>
  );
}

function Project({ facts: { project, engines, versions } }: { facts: ServerFacts }) {
  const { t } = useTranslation('console');
  return (
    <section className="card stack" aria-labelledby="project">
      <h2 id="project">{t('settings.project')}</h2>
      <dl className="pins">
        <dt>{t('settings.project_name')}</dt>
        <dd>{project.name}</dd>
        <dt>{t('settings.project_folder')}</dt>
        <dd>
          <code>{project.folder}</code>
        </dd>
        <dt>{t('settings.project_models')}</dt>
        <dd>
          {project.models.length === 0
            ? t('settings.project_none')
            : project.models.map((name) => (
                <span key={name} className="block">
                  <Link href={modelAddress(name)}>{name}</Link>
                </span>
              ))}
        </dd>
        <dt>{t('settings.engines')}</dt>
        <dd>{engines.join(', ')}</dd>
        <dt>{t('settings.versions')}</dt>
        <dd>{versions.map(({ name, version }) => `${name} ${version}`).join(', ')}</dd>
      </dl>
    </section>
  );
}

function Values({ settings: values }: Pick<ServerFacts, 'settings'>) {
  const { t } = useTranslation('console');
  const words = useWords('console');
  return (
    <section className="card stack" aria-labelledby="server">
      <h2 id="server">{t('settings.server')}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('settings.setting')}</th>
              <th scope="col">{t('settings.value')}</th>
            </tr>
          </thead>
          <tbody>
            {values.map(({ name, value }) => (
              <tr key={name}>
                <th scope="row">
                  {words(`settings.${name}`) ?? name} <code className="muted">{name}</code>
                </th>
                <td>
                  {value === null ? (
                    <span className="muted">{words(`settings.unset_${name}`) ?? t('settings.unset')}</span>
                  ) : (
                    <code className="long">{value}</code>
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
