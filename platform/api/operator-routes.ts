import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { sharedTokenName } from '@visavox/core/user';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { ApiEnv, ApiUser } from './api-env.ts';
import { whoAndWhere } from './auditing.ts';
import { giveCookie, operatorCookie, takeCookie } from './cookies.ts';
import { type OperatorResources, userOfToken } from './operators.ts';
import { body, json, none, problem } from './route-parts.ts';
import { OperatorState } from './schemas.ts';
import { SignIn } from './user-schemas.ts';

const path = '/api/v1/operator/session';
const tags = ['operation'];

/** Where pages of an application and of the platform alike ask who is signed in. */
export const operatorStateRoute = createRoute({
  method: 'get',
  path,
  tags,
  responses: { 200: json(OperatorState, 'who is asking'), default: problem },
});

const routes = {
  begin: createRoute({
    method: 'post',
    path,
    tags,
    summary: 'Exchange a token, or a name and a password, for a session cookie',
    request: { body: body(SignIn) },
    responses: { 200: json(OperatorState, 'signed in'), default: problem },
  }),
  end: createRoute({ method: 'delete', path, tags, responses: { 204: none, default: problem } }),
};

export type SignInResources = OperatorResources & { readonly audit: SqlAuditLog };

/** Who is signed in, for pages. */
export async function operatorState(
  { user }: { readonly user?: ApiUser | undefined },
  resources: Pick<OperatorResources, 'sharedToken' | 'operatorToken' | 'organisation'>,
): Promise<z.infer<typeof OperatorState>> {
  const { sharedToken, operatorToken } = resources;
  const organisation = resources.organisation
    ? { name: resources.organisation.name, address: resources.organisation.address }
    : null;
  if (!user) return { operator: false, user: null, organisation };
  const { name, role, shared } = user;
  const sharedTokenOn = !(await sharedToken.isOff(await operatorToken()));
  return { operator: role === 'operator', user: { name, role, shared, sharedTokenOn }, organisation };
}

/** Begins a session, whose cookie is a new one each time. */
export async function signInOperator<E extends ApiEnv>(
  c: Context<E>,
  { token, name = '', password = '' }: z.infer<typeof SignIn>,
  resources: SignInResources,
): Promise<ApiUser> {
  const { userDoor, audit } = resources;
  const network = c.get('network');
  const event = { ...whoAndWhere(c), action: 'session.begin' };
  let user: ApiUser;
  try {
    user =
      token === undefined
        ? { ...(await userDoor.byPassword(name, password, network)), shared: false }
        : await userOfToken(token, network, resources);
  } catch (error) {
    // Tries are slowed down, so that nobody fills the log with these.
    if (token === undefined && isWrongPassword(error))
      await audit.append({
        ...{ ...event, by: 'nobody', role: null, target: `user:${name}` },
        ...{ outcome: 'refused', reason: 'password_invalid' },
      });
    throw error;
  }
  await startUserSession(c, user, resources);
  return user;
}

/** For whom somebody was found to be: ends the session before, and gives the cookie of a new one. */
export async function startUserSession<E extends ApiEnv>(
  c: Context<E>,
  user: ApiUser,
  resources: SignInResources,
): Promise<void> {
  const { operatorSessions, users, operatorToken, audit, secureCookies: secure } = resources;
  const before = c.get('operatorSessionToken');
  const event = { ...whoAndWhere(c), action: 'session.begin' };
  if (before !== undefined) await Promise.all([operatorSessions.end(before), users.endSession(before)]);
  const { role, issuedBy } = user;
  const value = user.shared
    ? await operatorSessions.start(await operatorToken(), undefined)
    : await users.startSession({ name: user.name, role, token: user.token, issuedBy }, undefined);
  const by = user.shared ? sharedTokenName : user.name;
  await audit.append({ ...event, by, role, target: null, outcome: 'done', reason: null });
  giveCookie(c, operatorCookie, { value, secure });
}

export async function signOutOperator<E extends ApiEnv>(
  c: Context<E>,
  { operatorSessions, users, secureCookies }: OperatorResources,
): Promise<void> {
  const token = c.get('operatorSessionToken');
  if (token !== undefined) await Promise.all([operatorSessions.end(token), users.endSession(token)]);
  takeCookie(c, operatorCookie, secureCookies);
}

/** The door of a server whose only callers are users of the platform. */
export function addOperatorRoutes(app: OpenAPIHono<ApiEnv>, resources: SignInResources): void {
  app.openapi(operatorStateRoute, async (c) => c.json(await operatorState(c.get('caller'), resources), 200));

  app.openapi(routes.begin, async (c) => {
    const user = await signInOperator(c, c.req.valid('json'), resources);
    return c.json(await operatorState({ user }, resources), 200);
  });

  app.openapi(routes.end, async (c) => {
    await signOutOperator(c, resources);
    return c.body(null, 204);
  });
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'password_invalid';
}
