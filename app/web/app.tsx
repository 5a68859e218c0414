import { NotFoundPage } from '@visavox/console/pages/not-found';
import { useAddress } from '@visavox/console/router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { PeopleFrame } from './components/people-frame.tsx';
import { AccountPage } from './pages/account.tsx';
import { EnrolPage } from './pages/enrol.tsx';
import { EntrancePage } from './pages/entrance.tsx';
import { JoinPage } from './pages/join.tsx';

const Console = lazy(() => import('./console/console.tsx').then(({ Console }) => ({ default: Console })));

export function App() {
  const { t } = useTranslation();
  const { pathname } = useAddress();
  if (pathname === '/console' || pathname.startsWith('/console/'))
    return (
      <Suspense fallback={<p className="one muted">{t('loading')}</p>}>
        <Console />
      </Suspense>
    );
  return (
    <PeopleFrame>
      {pathname === '/' ? (
        <EntrancePage />
      ) : pathname === '/enrol' ? (
        <EnrolPage />
      ) : pathname === '/join' ? (
        <JoinPage />
      ) : pathname === '/account' ? (
        <AccountPage />
      ) : (
        <NotFoundPage home="/" />
      )}
    </PeopleFrame>
  );
}
