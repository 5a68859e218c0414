import { UserError } from '@visavox/core/errors';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiCaller, ApiEnv } from './api-env.ts';
import { operatorCookie, readCookie } from './cookies.ts';
import type { OperatorDoor } from './operator-door.ts';
import type { OperatorSessions } from './operator-sessions.ts';
import type { OperatorToken } from './resources.ts';

export interface OperatorResources {
  readonly operatorToken: OperatorToken;
  readonly operatorDoor: OperatorDoor;
  readonly operatorSessions: OperatorSessions;
  readonly secureCookies: boolean;
}

const anybody: ApiCaller = { operator: false, program: false };

/** By the operators' token, or by the cookie that it was exchanged for. A wrong token is refused. */
export async function callerOf<E extends ApiEnv>(
  c: Context<E>,
  resources: OperatorResources,
): Promise<ApiCaller> {
  const { operatorDoor, operatorSessions, operatorToken, secureCookies } = resources;
  const bearer = bearerOf(c);
  if (bearer !== undefined) {
    await operatorDoor.requireToken(bearer, c.get('network'));
    return { operator: true, program: true };
  }
  const cookie = readCookie(c, operatorCookie, secureCookies);
  c.set('operatorSessionToken', cookie);
  if (cookie === undefined) return anybody;
  return { operator: await operatorSessions.isGood(cookie, await operatorToken()), program: false };
}

/** For a server whose only callers are operators. */
export function identifyOperator(resources: OperatorResources): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('caller', await callerOf(c, resources));
    await next();
  };
}

export function bearerOf<E extends ApiEnv>(c: Context<E>): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

export const requireOperator: MiddlewareHandler<ApiEnv> = async (c, next) => {
  if (!c.get('caller').operator) throw c.get('caller').person ? forbidden() : unauthenticated();
  await next();
};

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
