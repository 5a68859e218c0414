import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from '../router.tsx';
import { LanguageChoice, ThemeChoice } from './choices.tsx';
import { Mark } from './mark.tsx';

/** A page of its own, without the console's navigation. */
export function PageFrame(props: {
  /** Where the name leads. */
  home: string;
  children: ReactNode;
  /** At the foot, beside the appearance. */
  foot?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <div className="page">
      <a className="skip" href="#content">
        {t('skip')}
      </a>
      <header className="top">
        <Link className="brand" href={props.home}>
          <Mark />
          {t('product')}
        </Link>
        <LanguageChoice />
      </header>
      <main id="content" style={{ display: 'grid' }}>
        {props.children}
      </main>
      <footer className="bottom">
        <ThemeChoice />
        {props.foot}
      </footer>
    </div>
  );
}
