import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiEnv } from './api-env.ts';
import { operatorSessionSeconds } from './operator-sessions.ts';

/** A cookie by its name, and for how many seconds a browser keeps it. */
export interface Cookie {
  readonly name: string;
  readonly maxAge: number;
}

/** An operator's: it has nothing to do with that of a person who uses the same browser. */
export const operatorCookie: Cookie = { name: 'visavox_operator', maxAge: operatorSessionSeconds };

/**
 * Over https the name begins with `__Host-`: browsers take such a cookie from this very host alone, never from a neighbour
 * under the same domain.
 */
export function cookieName({ name }: Cookie, secure: boolean): string {
  return `${secure ? '__Host-' : ''}${name}`;
}

export function readCookie<E extends ApiEnv>(
  c: Context<E>,
  cookie: Cookie,
  secure: boolean,
): string | undefined {
  return getCookie(c, cookieName(cookie, secure)) || undefined;
}

export function giveCookie<E extends ApiEnv>(
  c: Context<E>,
  cookie: Cookie,
  { value, secure }: { value: string; secure: boolean },
): void {
  setCookie(c, cookieName(cookie, secure), value, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge: cookie.maxAge,
  });
}

/** One that a browser also sends where another site leads it here. */
export function takeLaxCookie<E extends ApiEnv>(c: Context<E>, cookie: Cookie, secure: boolean): void {
  deleteCookie(c, cookieName(cookie, secure), { httpOnly: true, sameSite: 'Lax', secure, path: '/' });
}

export function takeCookie<E extends ApiEnv>(c: Context<E>, cookie: Cookie, secure: boolean): void {
  deleteCookie(c, cookieName(cookie, secure), { httpOnly: true, sameSite: 'Strict', secure, path: '/' });
}
