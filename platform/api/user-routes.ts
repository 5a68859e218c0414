import { createRoute, z } from '@hono/zod-openapi';
import { UserName } from '@visavox/core/user';
import { body, Id, json, none, operator, problem } from './route-parts.ts';
import {
  CreatedToken,
  Me,
  NewToken,
  NewUser,
  PasswordChange,
  SharedTokenSwitch,
  Tokens,
  UserChanges,
  UserRecord,
  Users,
} from './user-schemas.ts';

const base = { tags: ['users'], security: operator };
const OfUser = z.object({ name: UserName });

/** Users of the platform, their roles and tokens. */
export const userRoutes = {
  me: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/me' },
    summary: 'Who is signed in, and as what',
    responses: { 200: json(Me, 'you'), default: problem },
  }),
  changePassword: createRoute({
    ...{ ...base, method: 'put', path: '/api/v1/me/password' },
    summary: 'Set a password of one’s own; sessions that began with the one before end',
    request: { body: body(PasswordChange) },
    responses: { 204: none, default: problem },
  }),
  users: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/users' },
    responses: { 200: json(Users, 'by name'), default: problem },
  }),
  addUser: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/users' },
    request: { body: body(NewUser) },
    responses: { 201: json(UserRecord, 'added'), default: problem },
  }),
  changeUser: createRoute({
    ...{ ...base, method: 'patch', path: '/api/v1/users/{name}' },
    summary: 'Give a user another role or a new password; it counts from the next request on',
    request: { params: OfUser, body: body(UserChanges) },
    responses: { 200: json(UserRecord, 'as it is now'), default: problem },
  }),
  removeUser: createRoute({
    ...{ ...base, method: 'delete', path: '/api/v1/users/{name}' },
    summary: 'Remove a user, with all tokens and sessions; the name is not given again',
    request: { params: OfUser },
    responses: { 204: none, default: problem },
  }),
  tokens: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/tokens' },
    summary: 'Tokens without their secrets: one’s own; operators and auditors see those of everybody',
    request: { query: z.object({ user: UserName.optional() }) },
    responses: { 200: json(Tokens, 'newest first'), default: problem },
  }),
  createToken: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/tokens' },
    summary: 'Make a token; asked for with a token of one’s own, it does not outlive that',
    request: { body: body(NewToken) },
    responses: { 201: json(CreatedToken, 'with its secret, shown this once'), default: problem },
  }),
  revokeToken: createRoute({
    ...{ ...base, method: 'delete', path: '/api/v1/tokens/{id}' },
    summary: 'Revoke a token, and end the sessions that it was exchanged for',
    request: { params: Id },
    responses: { 204: none, default: problem },
  }),
  switchSharedToken: createRoute({
    ...{ ...base, method: 'put', path: '/api/v1/operator/token' },
    summary: "Turn the operators' shared token off, or on again; by a user with the role operator",
    request: { body: body(SharedTokenSwitch) },
    responses: { 200: json(SharedTokenSwitch, 'as it is now'), default: problem },
  }),
} as const;
