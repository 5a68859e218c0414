import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { signOutOperator } from '../api/calls.ts';
import { LanguageChoice, ThemeChoice } from '../components/choices.tsx';
import { Link, navigate, useAddress } from '../router.tsx';

const sections = [
  { href: '/console', name: 'nav_overview' },
  { href: '/console/people', name: 'nav_people' },
  { href: '/console/runs', name: 'nav_runs' },
  { href: '/console/releases', name: 'nav_releases' },
] as const;

function isCurrent(href: string, path: string): boolean {
  return href === '/console' ? path === '/console' : path === href || path.startsWith(`${href}/`);
}

export function ConsoleFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation('operator');
  const { t: tp } = useTranslation();
  const { pathname } = useAddress();
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: signOutOperator,
    async onSuccess() {
      await queries.invalidateQueries({ queryKey: ['session'] });
      navigate('/');
    },
  });
  return (
    <div className="console">
      <a className="skip" href="#content">
        {tp('skip')}
      </a>
      <header className="side">
        <Link className="brand" href="/console">
          <img src="/mark.svg" alt="" />
          {tp('product')}
        </Link>
        <nav aria-label={t('nav')}>
          <ul>
            {sections.map(({ href, name }) => (
              <li key={href}>
                <Link href={href} aria-current={isCurrent(href, pathname) ? 'page' : undefined}>
                  {t(name)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="side-foot">
          <LanguageChoice />
          <ThemeChoice />
          <Link href="/">{t('to_sign_in')}</Link>
          <button type="button" className="button quiet small" onClick={() => leave.mutate()}>
            {t('sign_out')}
          </button>
        </div>
      </header>
      <main id="content">{children}</main>
    </div>
  );
}
