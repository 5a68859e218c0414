import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { operatorSessionSeconds } from '../sign-in/operator-sessions.ts';
import { sessionSeconds } from '../sign-in/sessions.ts';
import { deviceSeconds } from '../ways-in/devices.ts';
import { ticketSeconds } from '../ways-in/enrolment-tickets.ts';
import type { AppEnv } from './app-env.ts';

/** Longer than anybody takes to sign in, with every second try. */
const visitSeconds = 1800;

/** Each with how long a browser keeps it, in seconds. */
const cookies = {
  /** A person's. */
  session: { name: 'visavox_session', maxAge: sessionSeconds },
  /** An operator's: it has nothing to do with the person's beside it. */
  operator: { name: 'visavox_operator', maxAge: operatorSessionSeconds },
  /** Of a device that somebody signed in with. */
  device: { name: 'visavox_device', maxAge: deviceSeconds },
  /** Of somebody who has just enrolled. */
  enrolled: { name: 'visavox_enrolled', maxAge: ticketSeconds },
  /** Of this visit, so that what was asked for here is answered here. */
  visit: { name: 'visavox_visit', maxAge: visitSeconds },
} as const satisfies Record<string, { name: string; maxAge: number }>;

export type CookieKind = keyof typeof cookies;

/**
 * Over https the name begins with `__Host-`: browsers take such a cookie from this very host alone, never from a neighbour
 * under the same domain.
 */
export function cookieName(kind: CookieKind, secure: boolean): string {
  return `${secure ? '__Host-' : ''}${cookies[kind].name}`;
}

export function readCookie(c: Context<AppEnv>, kind: CookieKind, secure: boolean): string | undefined {
  return getCookie(c, cookieName(kind, secure)) || undefined;
}

export function giveCookie(
  c: Context<AppEnv>,
  kind: CookieKind,
  { value, secure }: { value: string; secure: boolean },
): void {
  const { maxAge } = cookies[kind];
  setCookie(c, cookieName(kind, secure), value, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge,
  });
}

export function takeCookie(c: Context<AppEnv>, kind: CookieKind, secure: boolean): void {
  deleteCookie(c, cookieName(kind, secure), { httpOnly: true, sameSite: 'Strict', secure, path: '/' });
}
