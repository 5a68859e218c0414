import type { Context } from 'hono';
import type { ApiResources } from '../resources.ts';
import type { AtTheDoor, LetIn } from '../ways-in/entrance.ts';
import type { AppEnv } from './app-env.ts';
import { giveCookie } from './cookies.ts';

type Resources = Pick<ApiResources, 'waysIn' | 'secureCookies'>;

export function doorOf(c: Context<AppEnv>): AtTheDoor {
  return { session: c.get('sessionToken'), device: c.get('visitor').device ?? undefined };
}

/** Cookies of whoever was let in. */
export function welcome(c: Context<AppEnv>, letIn: LetIn, { secureCookies: secure }: Resources): void {
  giveCookie(c, 'session', { value: letIn.session, secure });
  giveCookie(c, 'device', { value: letIn.device, secure });
}

/** Who is asking, as `GET /session` tells it. */
export function toldSession(c: Context<AppEnv>, { waysIn }: Resources) {
  const { person, session, operator } = c.get('caller');
  return {
    ...{ person, operator },
    amr: [...(session?.amr ?? [])],
    authenticatedAt: session?.authenticatedAt.toISOString() ?? null,
    underway: person ? null : (session?.person ?? null),
    next: session?.next ?? null,
    policy: waysIn.policy,
  };
}

/** The session that was opened a moment ago, which this request did not come with. */
export async function toldNewSession(c: Context<AppEnv>, letIn: LetIn, resources: Resources) {
  const session = await resources.waysIn.sessions.find(letIn.session);
  const person = session?.next === null ? session.person : null;
  c.set('caller', { ...c.get('caller'), session, person });
  return toldSession(c, resources);
}
