import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { users } from '../api/calls.ts';
import { Empty } from '../components/empty.tsx';
import { PageHead } from '../components/page-head.tsx';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { Link } from '../router.tsx';
import { useFormat } from '../text/format.ts';

/** Who may use the platform, and as what. */
export function UsersPage() {
  const { t } = useTranslation('console');
  const format = useFormat();
  const list = useQuery({ queryKey: ['users'], queryFn: users });
  return (
    <>
      <PageHead title={t('users.title')} text={t('users.text')} />
      {list.isError && <ProblemNotice error={list.error} />}
      {list.data?.length === 0 && (
        <Empty
          title={t('users.none')}
          text={t('users.none_text')}
          command="visavox users add NAME --role operator"
        />
      )}
      {list.data && list.data.length > 0 && (
        <div className="card table">
          <table>
            <thead>
              <tr>
                <th scope="col">{t('users.user')}</th>
                <th scope="col">{t('users.role')}</th>
                <th scope="col">{t('users.seen')}</th>
                <th scope="col">{t('users.added_by')}</th>
              </tr>
            </thead>
            <tbody>
              {list.data.map(({ name, role, lastSeenAt, createdBy }) => (
                <tr key={name}>
                  <th scope="row">
                    <Link href={`/console/audit?by=${encodeURIComponent(name)}`}>{name}</Link>
                  </th>
                  <td>{t(`users.role_${role}`)}</td>
                  <td>{lastSeenAt === null ? t('users.never') : format.moment(lastSeenAt)}</td>
                  <td>{createdBy}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
