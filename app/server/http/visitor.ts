import { hashOfToken, newToken } from '@visavox/core/token';
import type { Context, MiddlewareHandler } from 'hono';
import type { Visitor } from '../sign-in/visitor.ts';
import type { AppEnv } from './app-env.ts';
import { giveCookie, readCookie } from './cookies.ts';

/** Tells requests of one visitor from those of others. */
export function identifyVisitor({ secureCookies }: { secureCookies: boolean }): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const visit = readCookie(c, 'visit', secureCookies);
    c.set('visitor', {
      network: c.get('network'),
      visit: visit === undefined ? null : hashOfToken(visit),
      device: readCookie(c, 'device', secureCookies) ?? null,
    });
    await next();
  };
}

/** Gives a visit a name, so that a challenge is answered by whoever it was given to. */
export function beginVisit(c: Context<AppEnv>, secure: boolean): Visitor & { readonly visit: string } {
  const { visit, ...visitor } = c.get('visitor');
  if (visit !== null) return { ...visitor, visit };
  const token = newToken();
  giveCookie(c, 'visit', { value: token, secure });
  return { ...visitor, visit: hashOfToken(token) };
}
