import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

/** The state of the page is its address, and nothing else. */
export function useAddress(): URL {
  return new URL(
    useSyncExternalStore(
      (changed) => {
        window.addEventListener('popstate', changed);
        return () => window.removeEventListener('popstate', changed);
      },
      () => window.location.href,
    ),
  );
}

export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') window.history.pushState(null, '', to);
  else window.history.replaceState(null, '', to);
  window.dispatchEvent(new PopStateEvent('popstate'));
  if (how === 'push') window.scrollTo(0, 0);
}

/** The query of the present address with other values; null or nothing takes one out. */
export function queryWith(change: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(window.location.search);
  for (const [name, value] of Object.entries(change))
    if (value) query.set(name, value);
    else query.delete(name);
  return `?${query}`;
}

/**
 * The values of a pattern's names, or null where the path does not match.
 * @example matchPath('/console/runs/:id', '/console/runs/r1') // { id: 'r1' }
 */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = path.replace(/(?<=.)\/+$/, '').split('/');
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = given[index] ?? '';
    if (part.startsWith(':') && actual !== '') values[part.slice(1)] = decodeURIComponent(actual);
    else if (part !== actual) return null;
  }
  return values;
}

export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const elsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0;
    if (event.defaultPrevented || elsewhere) return;
    event.preventDefault();
    navigate(href);
  };
  return <a {...rest} href={href} onClick={follow} />;
}
