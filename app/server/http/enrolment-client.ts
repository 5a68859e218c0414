import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ChallengeClient } from '../enrolment/enrolment-challenges.ts';
import { hashOfToken, newToken } from '../secrets.ts';
import type { AppEnv } from './app-env.ts';

const cookieName = 'visavox_visit';
const visitSeconds = 1800;

/** Whoever answers has to be whoever asked. */
export function clientOf(c: Context<AppEnv>): ChallengeClient {
  const token = getCookie(c, cookieName);
  return { network: 'unknown', visit: token === undefined ? null : hashOfToken(token) };
}

/** Gives a visit a name, so that a challenge is answered by whoever it was given to. */
export function beginVisit(c: Context<AppEnv>, secure: boolean): ChallengeClient {
  const client = clientOf(c);
  if (client.visit !== null) return client;
  const token = newToken();
  setCookie(c, cookieName, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge: visitSeconds,
  });
  return { ...client, visit: hashOfToken(token) };
}
