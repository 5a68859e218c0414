import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { versionAddress } from '../addresses.ts';
import { modelAliases } from '../api/calls.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** What versions were called: who said so, when and why. */
export function AliasesCard({ name }: { name: string }) {
  const { t } = useTranslation('console');
  const format = useFormat();
  const aliases = useQuery({ queryKey: ['aliases', name], queryFn: () => modelAliases(name) });
  if (aliases.isError) return <ProblemNotice error={aliases.error} />;
  if (!aliases.data || aliases.data.history.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="aliases">
      <h2 id="aliases">{t('aliases.title')}</h2>
      <div className="table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('aliases.alias')}</th>
              <th scope="col">{t('aliases.meant')}</th>
              <th scope="col">{t('aliases.at')}</th>
              <th scope="col">{t('aliases.by')}</th>
              <th scope="col">{t('aliases.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {aliases.data.history.map(({ alias, version, environment, at, by, reason }) => (
              <tr key={`${alias} ${environment} ${at}`}>
                <th scope="row">
                  @{alias} {environment !== null && <span className="muted">{environment}</span>}
                </th>
                <td>
                  {version === null ? (
                    <span className="muted">{t('aliases.removed')}</span>
                  ) : (
                    <Link href={versionAddress({ name, version })}>
                      {t('model.version', { version: String(version) })}
                    </Link>
                  )}
                </td>
                <td>{format.moment(at)}</td>
                <td>{by}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
