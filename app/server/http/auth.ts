import { callerOf, forbidden, type OperatorResources, unauthenticated } from '@visavox/api/operators';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiResources } from '../resources.ts';
import type { Speaker } from '../sign-in/independence.ts';
import { stepUpRequired } from '../ways-in/faults.ts';
import { recentSeconds } from '../ways-in/policy.ts';
import type { AppEnv, Caller } from './app-env.ts';
import { readCookie } from './cookies.ts';

type Resources = Pick<ApiResources, 'waysIn'> & OperatorResources;

/** By the operators' token, or by the cookies: a person's and an operator's, which have nothing to do with each other. */
export function identifyCaller(resources: Resources): MiddlewareHandler<AppEnv> {
  const { waysIn, secureCookies } = resources;
  return async (c, next) => {
    const { operator, program, user } = await callerOf(c, resources);
    const own = program ? undefined : readCookie(c, 'session', secureCookies);
    c.set('sessionToken', own);
    const session = own === undefined ? null : await waysIn.sessions.find(own);
    const person = session?.next === null ? session.person : null;
    c.set('caller', { session, person, operator, program, user });
    await next();
  };
}

/** Who speaks, for what depends on how a session began. */
export function speakerOf({ person, operator, session }: Caller): Speaker {
  return { person: person?.id ?? null, operator, amr: session?.amr };
}

/** The person or an operator. */
export function requirePerson(c: Context<AppEnv>, id: string): void {
  const { person, operator } = c.get('caller');
  if (operator || person?.id === id) return;
  throw person ? forbidden() : unauthenticated();
}

/** Who is signed in, and has shown it lately enough to change how one gets in. */
export function requireRecentPerson(c: Context<AppEnv>, now: () => Date): { id: string; name: string } {
  const { person, session } = c.get('caller');
  if (!person || !session) throw unauthenticated();
  if (now().getTime() - session.authenticatedAt.getTime() > recentSeconds * 1000) throw stepUpRequired();
  return person;
}

export function requireOwnPerson(c: Context<AppEnv>): { id: string; name: string } {
  const { person } = c.get('caller');
  if (!person) throw unauthenticated();
  return person;
}

export function requireSomebody(c: Context<AppEnv>): void {
  const { person, operator } = c.get('caller');
  if (!operator && !person) throw unauthenticated();
}
