import type { SignedIn, SqlUsers } from '@visavox/adapters/sql/users';
import { UserError } from '@visavox/core/errors';
import { mayActAs, type Role, sharedTokenName } from '@visavox/core/user';
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiCaller, ApiEnv, ApiUser } from './api-env.ts';
import { operatorCookie, readCookie } from './cookies.ts';
import type { OperatorDoor } from './operator-door.ts';
import type { OperatorSessions } from './operator-sessions.ts';
import type { OrganisationDoor } from './organisation-door.ts';
import type { OperatorToken } from './resources.ts';
import type { SharedToken } from './shared-token.ts';
import type { UserDoor } from './user-door.ts';

export interface OperatorResources {
  readonly operatorToken: OperatorToken;
  readonly operatorDoor: OperatorDoor;
  readonly operatorSessions: OperatorSessions;
  readonly sharedToken: SharedToken;
  readonly users: SqlUsers;
  readonly userDoor: UserDoor;
  /** Undefined where no OpenID provider is named. */
  readonly organisation?: OrganisationDoor | undefined;
  readonly secureCookies: boolean;
}

const anybody: ApiCaller = { operator: false, program: false };
const shared: ApiUser = { name: sharedTokenName, role: 'operator', shared: true, issuedBy: null };

/** By a user's token, the operators' shared one, or the cookie that either was exchanged for. A wrong token is refused. */
export async function callerOf<E extends ApiEnv>(
  c: Context<E>,
  resources: OperatorResources,
): Promise<ApiCaller> {
  const { operatorSessions, operatorToken, secureCookies, sharedToken, users } = resources;
  const bearer = bearerOf(c);
  if (bearer !== undefined) return called(await userOfToken(bearer, c.get('network'), resources), true);
  const cookie = readCookie(c, operatorCookie, secureCookies);
  c.set('operatorSessionToken', cookie);
  if (cookie === undefined) return anybody;
  const user = await users.bySession(cookie);
  if (user) return called(apiUser(user), false);
  const token = await operatorToken();
  const isGood = (await operatorSessions.isGood(cookie, token)) && !(await sharedToken.isOff(token));
  return isGood ? called(shared, false) : anybody;

  function called(user: ApiUser, byToken: boolean): ApiCaller {
    const operator = user.role === 'operator';
    return { operator, program: operator && byToken, user };
  }
}

/** Whose token it is; throws where it is nobody's. */
export async function userOfToken(
  token: string,
  network: string,
  { operatorDoor, userDoor }: Pick<OperatorResources, 'operatorDoor' | 'userDoor'>,
): Promise<ApiUser> {
  const user = await userDoor.byToken(token);
  if (user) return apiUser(user);
  await operatorDoor.requireToken(token, network);
  return shared;
}

function apiUser({ name, role, token, issuedBy }: SignedIn): ApiUser {
  return { name, role, shared: false, token, issuedBy };
}

/** For a server whose only callers are users of the platform. */
export function identifyOperator(resources: OperatorResources): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    c.set('caller', await callerOf(c, resources));
    await next();
  };
}

export function bearerOf<E extends ApiEnv>(c: Context<E>): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
}

/** The name under which what the caller does is recorded. */
export function byOf<E extends ApiEnv>(c: Context<E>): string {
  return c.get('caller')?.user?.name ?? sharedTokenName;
}

/** Lets those through who may act as this role. */
export function requireRole(least: Role): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const { user, operator, person } = c.get('caller');
    const role = user?.role ?? (operator ? 'operator' : undefined);
    if (role === undefined) throw person ? forbidden() : unauthenticated();
    if (!mayActAs(role, least)) throw roleNeeded(least, role);
    await next();
  };
}

export const requireOperator: MiddlewareHandler<ApiEnv> = requireRole('operator');

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

function roleNeeded(least: Role, role: Role): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'role_needed',
    message: `this needs the role ${least}; you have the role ${role}`,
    action: 'Ask an operator to do it, or for the role: visavox users edit NAME --role ROLE',
    details: { least, role },
  });
}
