import { UserError } from '@visavox/core/errors';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiResources } from '../resources.ts';
import type { Speaker } from '../sign-in/independence.ts';
import { stepUpRequired } from '../ways-in/faults.ts';
import { recentSeconds } from '../ways-in/policy.ts';
import { type AppEnv, type Caller, nobody } from './app-env.ts';
import { readCookie } from './cookies.ts';

type Resources = Pick<
  ApiResources,
  'waysIn' | 'operatorSessions' | 'operatorToken' | 'operatorDoor' | 'secureCookies'
>;

/** By the operators' token, or by the cookies: a person's and an operator's, which have nothing to do with each other. */
export function identifyCaller(resources: Resources): MiddlewareHandler<AppEnv> {
  const { waysIn, operatorSessions, operatorDoor, operatorToken, secureCookies } = resources;
  return async (c, next) => {
    c.set('caller', nobody);
    const bearer = bearerOf(c);
    if (bearer !== undefined) {
      await operatorDoor.requireToken(bearer, c.get('network'));
      c.set('caller', { ...nobody, operator: true, program: true });
    } else {
      const own = readCookie(c, 'session', secureCookies);
      const operators = readCookie(c, 'operator', secureCookies);
      c.set('sessionToken', own);
      c.set('operatorSessionToken', operators);
      const session = own === undefined ? null : await waysIn.sessions.find(own);
      const operator =
        operators !== undefined && (await operatorSessions.isGood(operators, await operatorToken()));
      c.set('caller', {
        session,
        person: session?.next === null ? session.person : null,
        operator,
        program: false,
      });
    }
    await next();
  };
}

export function bearerOf(c: Context<AppEnv>): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

export const requireOperator: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!c.get('caller').operator) throw c.get('caller').person ? forbidden() : unauthenticated();
  await next();
};

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

export function unauthenticated(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'unauthenticated',
    message: 'nobody is signed in',
    action: 'Sign in first.',
  });
}

export function forbidden(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'forbidden',
    message: 'who is signed in may not do this',
    action: 'Sign in as an operator.',
  });
}
