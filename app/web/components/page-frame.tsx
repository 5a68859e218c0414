import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../router.tsx';
import { LanguageChoice, ThemeChoice } from './choices.tsx';

export function PageFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <header className="top">
        <Link className="brand" href="/">
          <img src="/mark.svg" alt="" />
          {t('product')}
        </Link>
        <LanguageChoice />
      </header>
      <main id="content" style={{ display: 'grid' }}>
        {children}
      </main>
      <footer className="bottom">
        <ThemeChoice />
        <Link href="/console">{t('operators')}</Link>
      </footer>
    </div>
  );
}
