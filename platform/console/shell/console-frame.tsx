import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { signOutOperator } from '../api/calls.ts';
import type { SignedIn } from '../api/types.ts';
import { LanguageChoice, ThemeChoice } from '../components/choices.tsx';
import { Mark } from '../components/mark.tsx';
import { Link, useAddress } from '../router.tsx';
import { type ConsolePage, useProject } from './project.tsx';

const home = '/console';

function isCurrent(section: string, path: string): boolean {
  const here = path.replace(/\/+$/, '');
  return section === home ? here === home : here === section || here.startsWith(`${section}/`);
}

export function ConsoleFrame({
  pages,
  user,
  children,
}: {
  pages: readonly ConsolePage[];
  user: SignedIn;
  children: ReactNode;
}) {
  const { t } = useTranslation('console');
  const { t: tc } = useTranslation();
  const { pathname } = useAddress();
  const { Notice, Links } = useProject();
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: signOutOperator,
    // What was shown to one operator is not for whoever comes next.
    onSuccess: () => queries.resetQueries(),
  });
  const sections = useRef<HTMLElement>(null);
  // On a narrow screen the sections are a row that scrolls.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is shown
  useEffect(() => {
    sections.current
      ?.querySelector('[aria-current]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [pathname]);
  return (
    <div className="console">
      <a className="skip" href="#content">
        {tc('skip')}
      </a>
      <header className="side">
        <Link className="brand" href={home}>
          <Mark />
          {tc('product')}
        </Link>
        <nav ref={sections} aria-label={t('nav')}>
          <ul>
            {pages.map(
              ({ path, Name }) =>
                Name && (
                  <li key={path}>
                    <Link href={path} aria-current={isCurrent(path, pathname) ? 'page' : undefined}>
                      <Name />
                    </Link>
                  </li>
                ),
            )}
          </ul>
        </nav>
        <div className="side-foot">
          <LanguageChoice />
          <ThemeChoice />
          {Links && <Links />}
          <p className="muted small-print">
            {user.shared ? t('users.shared') : t('users.signed_in', { name: user.name })}
            <br />
            {t(`users.role_${user.role}`)}
          </p>
          <button type="button" className="button quiet small" onClick={() => leave.mutate()}>
            {t('sign_out')}
          </button>
        </div>
      </header>
      <main id="content">
        {Notice && <Notice />}
        {user.sharedTokenOn && user.role === 'operator' && <SharedTokenNotice />}
        {children}
      </main>
    </div>
  );
}

/** There for the first minute; then anybody could have done what was done with it. */
function SharedTokenNotice() {
  const { t } = useTranslation('console');
  return (
    <p className="notice warn">
      {t('users.shared_on')} <code>visavox users shared-token off</code>
    </p>
  );
}
