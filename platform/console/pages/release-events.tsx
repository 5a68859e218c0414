import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { versionAddress } from '../addresses.ts';
import { type Place, releaseHistory } from '../api/calls.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { StageBadge } from '../components/state-badge.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** What became of the releases of a place, each reason as it was given. Asked for when somebody opens it. */
export function ReleaseEvents({ place }: { place: Place }) {
  const { t } = useTranslation('console');
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const { model, environment } = place;
  const history = useQuery({
    queryKey: ['release history', model, environment],
    queryFn: () => releaseHistory(place),
    enabled: open,
  });
  return (
    <details className="card stack" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('releases.history')}</summary>
      {history.error && <ProblemNotice error={history.error} />}
      {history.data && (
        <div className="table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('releases.at')}</th>
                <th scope="col">{t('releases.model')}</th>
                <th scope="col">{t('releases.became')}</th>
                <th scope="col">{t('releases.who')}</th>
                <th scope="col">{t('releases.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {history.data.map(({ at, release, version, stage, by, reason }) => (
                <tr key={`${release} ${at} ${stage}`}>
                  <th scope="row">{format.moment(at)}</th>
                  <td>
                    <Link href={versionAddress({ name: model, version })}>
                      {t('releases.version', { version: String(version) })}
                    </Link>
                  </td>
                  <td>
                    <StageBadge stage={stage} />
                  </td>
                  <td>{by ?? '–'}</td>
                  <td>{reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
