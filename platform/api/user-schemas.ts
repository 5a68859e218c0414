import { z } from '@hono/zod-openapi';
import {
  NewUserName,
  passwordCharacters,
  Role,
  Subject,
  tokenDays,
  User,
  UserName,
  UserToken,
} from '@visavox/core/user';

export const UserRecord = z.object(User.shape).openapi('User');
export const Users = z.object({ users: z.array(UserRecord) }).openapi('Users');
const password = z
  .string()
  .min(passwordCharacters.least)
  .max(passwordCharacters.most)
  .openapi({ description: 'to sign in to the console with; never shown again' });
const subject = Subject.describe(
  'whom the organisation’s OpenID provider knows them as, who then signs in as this user',
);
export const NewUser = z
  .object({ name: NewUserName, role: Role, password: password.optional(), subject: subject.optional() })
  .openapi('NewUser');
export const UserChanges = z
  .object({
    role: Role.optional(),
    password: password.optional(),
    subject: subject.nullable().optional(),
  })
  .openapi('UserChanges');
export const PasswordChange = z
  .object({
    current: z.string().max(1000).optional().openapi({ description: 'needed where there is one' }),
    password,
  })
  .openapi('PasswordChange');

export const Me = z
  .object({
    name: z.string(),
    role: Role,
    shared: z.boolean().openapi({ description: "by the operators' shared token, which anybody may have" }),
    tokenExpiresAt: z.string().nullable().openapi({ description: 'of the token that was shown' }),
    sharedTokenOn: z.boolean().openapi({ description: "whether the operators' shared token still counts" }),
  })
  .openapi('Me');

export const TokenRecord = z.object(UserToken.shape).openapi('UserToken');
export const Tokens = z.object({ tokens: z.array(TokenRecord) }).openapi('Tokens');
export const NewToken = z
  .object({
    user: UserName.optional().openapi({ description: 'whose; oneself unless given' }),
    name: z.string().trim().min(1).max(100).openapi({ description: 'what it is for' }),
    days: z.int().min(1).max(tokenDays.most).default(tokenDays.usual),
  })
  .openapi('NewToken');
export const CreatedToken = z
  .object({ ...UserToken.shape, token: z.string().openapi({ description: 'the secret, shown this once' }) })
  .openapi('CreatedToken');

/** By a token, or by name and password. */
export const SignIn = z
  .object({
    token: z.string().max(500).optional(),
    name: z.string().max(100).optional(),
    password: z.string().max(1000).optional(),
  })
  .refine(
    ({ token, name, password }) => (token === undefined) === (name !== undefined && password !== undefined),
    'expected a token, or a name and a password',
  )
  .openapi('SignIn');

export const SharedTokenSwitch = z.object({ on: z.boolean() }).openapi('SharedTokenSwitch');
