import * as platformCookies from '@visavox/api/cookies';
import type { Context } from 'hono';
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
  operator: platformCookies.operatorCookie,
  /** Of a device that somebody signed in with. */
  device: { name: 'visavox_device', maxAge: deviceSeconds },
  /** Of somebody who has just enrolled. */
  enrolled: { name: 'visavox_enrolled', maxAge: ticketSeconds },
  /** Of this visit, so that what was asked for here is answered here. */
  visit: { name: 'visavox_visit', maxAge: visitSeconds },
} as const satisfies Record<string, { name: string; maxAge: number }>;

export type CookieKind = keyof typeof cookies;

export const cookieNameOf = (kind: CookieKind, secure: boolean): string =>
  platformCookies.cookieName(cookies[kind], secure);

export function readCookie(c: Context<AppEnv>, kind: CookieKind, secure: boolean): string | undefined {
  return platformCookies.readCookie(c, cookies[kind], secure);
}

export function giveCookie(
  c: Context<AppEnv>,
  kind: CookieKind,
  given: { value: string; secure: boolean },
): void {
  platformCookies.giveCookie(c, cookies[kind], given);
}

export function takeCookie(c: Context<AppEnv>, kind: CookieKind, secure: boolean): void {
  platformCookies.takeCookie(c, cookies[kind], secure);
}
