import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Identity, SqlUsers } from '@visavox/adapters/sql/users';
import { UserError } from '@visavox/core/errors';
import { mayActAs } from '@visavox/core/user';
import type { Context } from 'hono';
import type { ApiEnv, ApiUser } from './api-env.ts';
import { byOf, unauthenticated } from './operators.ts';
import type { OrganisationDoor } from './organisation-door.ts';
import { hashOfPassword } from './passwords.ts';
import type { OperatorToken } from './resources.ts';
import type { SharedToken } from './shared-token.ts';
import type { UserDoor } from './user-door.ts';
import { userRoutes as routes } from './user-routes.ts';

interface Resources {
  readonly users: SqlUsers;
  readonly userDoor: UserDoor;
  readonly organisation?: OrganisationDoor | undefined;
  readonly operatorToken: OperatorToken;
  readonly sharedToken: SharedToken;
}

/** Users, what they may do, and what they sign in with. */
export function addUserRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  addOwnRoutes(app, resources);
  addTokenRoutes(app, resources);
  const { users, operatorToken, sharedToken } = resources;
  const sharedIsOn = async () => !(await sharedToken.isOff(await operatorToken()));

  app.openapi(routes.users, async (c) => c.json({ users: [...(await users.list())] }, 200));

  app.openapi(routes.addUser, async (c) => {
    const { name, role, password, subject } = c.req.valid('json');
    const identity = subject === undefined ? undefined : identityOf(subject, resources);
    const hash = password === undefined ? null : await hashOfPassword(password);
    return c.json(await users.add({ name, role, password: hash, identity, by: byOf(c) }), 201);
  });

  app.openapi(routes.changeUser, async (c) => {
    const { role, password, subject } = c.req.valid('json');
    const identity = subject === undefined || subject === null ? subject : identityOf(subject, resources);
    const hash = password === undefined ? undefined : await hashOfPassword(password);
    const { name } = c.req.valid('param');
    const mayLock = await sharedIsOn();
    return c.json(
      await users.change(name, { role, password: hash, identity }, { mayLock, by: byOf(c) }),
      200,
    );
  });

  app.openapi(routes.removeUser, async (c) => {
    await users.remove(c.req.valid('param').name, { mayLock: await sharedIsOn() });
    return c.body(null, 204);
  });

  app.openapi(routes.switchSharedToken, async (c) => {
    const { on } = c.req.valid('json');
    // By the token itself nobody knows yet that there is another way in.
    const { shared } = userOf(c);
    if (!on && shared) throw ownUserNeeded();
    if (on) await sharedToken.turnOn();
    else await sharedToken.turnOff(await operatorToken());
    return c.json({ on }, 200);
  });
}

function addOwnRoutes(
  app: OpenAPIHono<ApiEnv>,
  { users, userDoor, operatorToken, sharedToken }: Resources,
): void {
  app.openapi(routes.me, async (c) => {
    const { name, role, shared, token } = userOf(c);
    const sharedTokenOn = !(await sharedToken.isOff(await operatorToken()));
    const tokenExpiresAt = token?.expiresAt.toISOString() ?? null;
    return c.json({ name, role, shared, tokenExpiresAt, sharedTokenOn }, 200);
  });

  app.openapi(routes.changePassword, async (c) => {
    const { current, password } = c.req.valid('json');
    const { name, shared } = userOf(c);
    if (shared) throw ownUserNeeded();
    c.set('auditTarget', `user:${name}`);
    // Whoever finds an open page, or a token, must not be able to keep others out.
    if ((await users.byPassword(name)) !== undefined)
      await userDoor.byPassword(name, current ?? '', c.get('network'));
    await users.change(name, { password: await hashOfPassword(password) }, { mayLock: true, by: name });
    return c.body(null, 204);
  });
}

function addTokenRoutes(app: OpenAPIHono<ApiEnv>, { users }: Resources): void {
  app.openapi(routes.tokens, async (c) => {
    const { name, role } = userOf(c);
    const { user } = c.req.valid('query');
    const seesAll = mayActAs(role, 'auditor');
    if (!seesAll && user !== undefined && user !== name) throw othersTokens();
    return c.json({ tokens: [...(await users.tokens(seesAll ? user : name))] }, 200);
  });

  app.openapi(routes.createToken, async (c) => {
    const { user, name, days } = c.req.valid('json');
    const { name: self, role, shared, token } = userOf(c);
    const of = user ?? self;
    if (shared && user === undefined) throw userNeeded();
    if (of !== self && role !== 'operator') throw othersTokens();
    // A token that was stolen is not to beget one that lasts longer.
    const notAfter = of === self ? token?.expiresAt : undefined;
    const made = await users.createToken({ user: of, name, days, by: self, notAfter });
    c.set('auditTarget', `token:${made.token.id} of ${of}`);
    return c.json({ ...made.token, token: made.secret }, 201);
  });

  app.openapi(routes.revokeToken, async (c) => {
    const { name, role } = userOf(c);
    const { id } = c.req.valid('param');
    const token = await users.token(id);
    // Whether there is one of somebody else's is nobody's business.
    if (!token || (token.user !== name && role !== 'operator')) throw unknownToken(id);
    c.set('auditTarget', `token:${id} of ${token.user}`);
    await users.revokeToken(id);
    return c.body(null, 204);
  });
}

function userOf(c: Context<ApiEnv>): ApiUser {
  const { user } = c.get('caller');
  if (!user) throw unauthenticated();
  return user;
}

function identityOf(subject: string, { organisation }: Pick<Resources, 'organisation'>): Identity {
  if (organisation) return { issuer: organisation.issuer, subject };
  throw new UserError({
    kind: 'invalid',
    code: 'oidc_not_configured',
    message: 'this server knows no OpenID provider by which users could sign in',
    action: 'Name one: VISAVOX_OIDC_ISSUER (docs/users.md)',
  });
}

function ownUserNeeded(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'own_user_needed',
    message: "the operators' shared token is nobody's own: a user with the role has to do this",
    action:
      'Add yourself (visavox users add NAME --role operator), make a token (visavox tokens create --user NAME --name NAME), and use it: visavox login',
  });
}

function userNeeded(): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'user_needed',
    message: 'the shared token is nobody’s: expected the user that the new token is for',
    action: 'Name one: visavox tokens create --user NAME --name NAME',
  });
}

function othersTokens(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'others_tokens',
    message: 'tokens of other users are for operators to make, and for auditors to see',
    action: 'Leave the user out to mean your own.',
  });
}

function unknownToken(id: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_token',
    message: `there is no token ${id} of yours`,
    action: 'List them: visavox tokens list',
  });
}
