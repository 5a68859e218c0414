import { z } from 'zod';

/** What somebody may do on the platform. */
export const Role = z.enum(['viewer', 'data-scientist', 'operator', 'auditor']);
export type Role = z.infer<typeof Role>;

/** What each role may act as: an auditor reads everything and changes nothing, and an operator may read the audit log. */
const mayBe: Readonly<Record<Role, readonly Role[]>> = {
  viewer: ['viewer'],
  'data-scientist': ['viewer', 'data-scientist'],
  operator: ['viewer', 'data-scientist', 'operator', 'auditor'],
  auditor: ['viewer', 'auditor'],
};

export function mayActAs(role: Role, least: Role): boolean {
  return mayBe[role].includes(least);
}

/** Lower case, so that two people never look alike; an address of e-mail is a name too. */
export const UserName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._@+-]{0,99}$/,
    'a name has lower-case letters, digits and ".", "_", "@", "+" or "-" between them',
  );

/** How long a password has to be that nothing else stands beside (NIST SP 800-63B-4). */
export const passwordCharacters = { least: 15, most: 200 } as const;

/** Who acts without a user: whoever has the operators' shared token. No user can be called that. */
export const sharedTokenName = 'operator token';

/** Who adds users, and gives them roles, as the organisation's OpenID provider says. No user can be called that. */
export const organisationName = 'organisation sign-in';

/** Who acts, or tries to, where it is no user: a new one is not called that, since nobody could tell them apart afterwards. */
const nobodysNames = ['nobody', 'visavox', 'release', 'retention'];
export const NewUserName = UserName.refine(
  (name) => !nobodysNames.includes(name),
  `${nobodysNames.join(', ')} are what the records call those who are no users: choose another name`,
);

/** Whom an OpenID provider knows somebody as: it never gives the subject to somebody else (255 ASCII characters at most). */
export const Subject = z.string().regex(/^[\x20-\x7e]{1,255}$/, 'expected 1 to 255 ASCII characters');

/** A user of the platform, as others see them. */
export const User = z.object({
  name: UserName,
  role: Role,
  /** How they may sign in beside their tokens. */
  password: z.boolean(),
  /** Whom the organisation's OpenID provider knows them as; null where they do not sign in by it. */
  subject: Subject.nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
  lastSeenAt: z.string().nullable(),
});
export type User = z.infer<typeof User>;

/** A token of a user, without its secret, which is shown once. */
export const UserToken = z.object({
  id: z.string(),
  user: UserName,
  /** What it is for, such as `CI of digits`. */
  name: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  state: z.enum(['valid', 'expired', 'revoked']),
});
export type UserToken = z.infer<typeof UserToken>;

export const tokenDays = { usual: 90, most: 366 } as const;
