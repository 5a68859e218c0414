import { PageFrame } from '@visavox/console/components/page-frame';
import { Link } from '@visavox/console/router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** The frame of people's pages. */
export function PeopleFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('page');
  return (
    <PageFrame home="/" foot={<Link href="/console">{t('operators')}</Link>}>
      {children}
    </PageFrame>
  );
}
