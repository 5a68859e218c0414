import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { hashOfToken, newToken } from '../secrets.ts';
import type { Visitor } from '../sign-in/visitor.ts';
import type { AppEnv } from './app-env.ts';

const visitCookie = 'visavox_visit';
const deviceCookie = 'visavox_device';
/** Longer than anybody takes to sign in, with every second try. */
const visitSeconds = 1800;

/** Tells requests of one visitor from those of others. */
export function identifyVisitor({ secureCookies }: { secureCookies: boolean }): MiddlewareHandler<AppEnv> {
  const nameOf = (name: string) => (secureCookies ? `__Host-${name}` : name);
  return async (c, next) => {
    const visit = getCookie(c, nameOf(visitCookie));
    c.set('visitor', {
      network: c.get('network'),
      visit: visit === undefined ? null : hashOfToken(visit),
      device: getCookie(c, nameOf(deviceCookie)) ?? null,
    });
    await next();
  };
}

/** Gives a visit a name, so that a challenge is answered by whoever it was given to. */
export function beginVisit(c: Context<AppEnv>, secure: boolean): Visitor {
  const visitor = c.get('visitor');
  if (visitor.visit !== null) return visitor;
  const token = newToken();
  setCookie(c, secure ? `__Host-${visitCookie}` : visitCookie, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge: visitSeconds,
  });
  return { ...visitor, visit: hashOfToken(token) };
}
