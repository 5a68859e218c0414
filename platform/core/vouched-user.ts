import { NewUserName, Role } from './user.ts';

/** What an OpenID provider says of somebody. */
export type Claims = Readonly<Record<string, unknown>>;

/** Which values of a claim give which role. */
export interface RoleRules {
  /** Its name, or a path of names with dots between them, such as `realm_access.roles`. */
  readonly claim: string;
  /** The first one whose value somebody has counts. */
  readonly roles: readonly { readonly value: string; readonly role: Role }[];
  /** Of whoever has none of the values; without it they are refused. */
  readonly otherwise: Role | undefined;
}

/** Undefined: they have no role here. */
export function roleOf(claims: Claims, { claim, roles, otherwise }: RoleRules): Role | undefined {
  const values = valuesOf(claims, claim);
  return roles.find(({ value }) => values.includes(value))?.role ?? otherwise;
}

/**
 * The name of a new user: what the provider calls them, or their address of e-mail where it has verified that. Undefined where
 * neither can be a user's name.
 */
export function nameOf(claims: Claims): string | undefined {
  const candidates = [claims.preferred_username, isVerified(claims) ? claims.email : undefined];
  return candidates
    .map((name) => NewUserName.safeParse(typeof name === 'string' ? name.toLowerCase() : name))
    .find(({ success }) => success)?.data;
}

/** A name with dots in it may be a claim's own, such as `https://example.org/groups`. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? Object.entries(value).find(([key]) => key === name)?.[1]
          : undefined,
      claims,
    );
}

function valuesOf(claims: Claims, path: string): readonly unknown[] {
  // Anybody can write somebody else's address into their profile.
  if (path === 'email' && !isVerified(claims)) return [];
  const value = claimAt(claims, path);
  return Array.isArray(value) ? value : [value];
}

const isVerified = ({ email_verified: verified }: Claims) => verified === true || verified === 'true';

/** Roles by values, as a setting has them: `ml-admins=operator, ml-team=data-scientist`. Undefined where it cannot be read. */
export function parseRoles(text: string): RoleRules['roles'] | undefined {
  const roles = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const at = part.lastIndexOf('=');
      return {
        value: part.slice(0, Math.max(at, 0)).trim(),
        role: Role.safeParse(part.slice(at + 1).trim()),
      };
    });
  const good = roles.flatMap(({ value, role }) =>
    role.success && value !== '' ? { value, role: role.data } : [],
  );
  return good.length === roles.length ? good : undefined;
}
