import { UserError } from '@visavox/core/errors';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { ApiResources } from '../resources.ts';
import { sameSecret } from '../secrets.ts';
import type { Speaker } from '../sign-in/independence.ts';
import { type Caller, nobody, sessionSeconds } from '../sign-in/sessions.ts';
import type { AppEnv } from './app-env.ts';

const cookieName = 'visavox_session';

/** By the operator's token, or by the session cookie. */
export function identifyCaller(
  resources: Pick<ApiResources, 'sessions' | 'operatorToken'>,
): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    c.set('caller', nobody);
    const bearer = bearerOf(c);
    const cookie = getCookie(c, cookieName);
    if (bearer !== undefined) {
      requireOperatorToken(bearer, resources.operatorToken);
      c.set('caller', { person: null, operator: true });
    } else if (cookie !== undefined) {
      c.set('sessionToken', cookie);
      c.set('caller', await resources.sessions.find(cookie));
    }
    await next();
  };
}

export function bearerOf(c: Context<AppEnv>): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

export function requireOperatorToken(given: string, actual: string): void {
  if (sameSecret(given, actual)) return;
  throw new UserError({
    kind: 'unauthenticated',
    code: 'operator_token_invalid',
    message: "this is not the operator's token",
    action: 'Use the one in secrets/operator.token of the server, which it also prints as a link.',
  });
}

export const requireOperator: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (!c.get('caller').operator) throw c.get('caller').person ? forbidden() : unauthenticated();
  await next();
};

/** Who speaks, for what depends on how a session began. */
export function speakerOf({ person, operator, amr }: Caller): Speaker {
  return { person: person?.id ?? null, operator, amr };
}

/** One that brings the token with every request. A browser in which an operator is signed in too is a visitor's. */
export function isOperatorsProgram(c: Context<AppEnv>): boolean {
  return c.get('caller').operator && c.get('sessionToken') === undefined;
}

/** The person or an operator. */
export function requirePerson(c: Context<AppEnv>, id: string): void {
  const { person, operator } = c.get('caller');
  if (operator || person?.id === id) return;
  throw person ? forbidden() : unauthenticated();
}

export function requireSomebody(c: Context<AppEnv>): void {
  const { person, operator } = c.get('caller');
  if (!operator && !person) throw unauthenticated();
}

export function giveSession(c: Context<AppEnv>, token: string, secure: boolean): void {
  setCookie(c, cookieName, token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure,
    path: '/',
    maxAge: sessionSeconds,
  });
}

export function takeSession(c: Context<AppEnv>, secure: boolean): void {
  setCookie(c, cookieName, '', { httpOnly: true, sameSite: 'Strict', secure, path: '/', maxAge: 0 });
}

function unauthenticated(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'unauthenticated',
    message: 'nobody is signed in',
    action: 'Sign in first.',
  });
}

function forbidden(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'forbidden',
    message: 'who is signed in may not do this',
    action: 'Sign in as an operator.',
  });
}
