import { useTranslation } from 'react-i18next';
import type { ReleaseSettings } from '../api/types.ts';

/** What two settings of environments differ in. */
export function SettingsDifferences({
  from,
  to,
  differences,
}: {
  from: string;
  to: string;
  differences: ReleaseSettings['differences'];
}) {
  const { t } = useTranslation('console');
  return (
    <div className="table">
      <table>
        <thead>
          <tr>
            <th scope="col">{t('environments.setting')}</th>
            <th scope="col">{from}</th>
            <th scope="col">{to}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((one) => (
            <tr key={one.path}>
              <th scope="row">{one.path}</th>
              <td>{one.from ?? '–'}</td>
              <td>{one.to ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What a release goes out with, for whoever decides on it; nothing where there is nothing to look at. */
export function SettingsOfRelease({
  settings: { from, to, differences, changes },
}: {
  settings: ReleaseSettings;
}) {
  const { t } = useTranslation('console');
  if (!to) return null;
  const now = `${to.environment}:${to.number}`;
  return (
    <>
      {from && differences.length > 0 && (
        <>
          <p>{t('environments.goes_out', { now, before: `${from.environment}:${from.number}` })}</p>
          <SettingsDifferences
            from={`${from.environment}:${from.number}`}
            to={now}
            differences={differences}
          />
        </>
      )}
      {changes.length > 0 && (
        <>
          <p>{t('environments.changed_since_proposed')}</p>
          <SettingsDifferences from={now} to={t('environments.declared_now')} differences={changes} />
        </>
      )}
    </>
  );
}
