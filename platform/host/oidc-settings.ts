import { readFileSync } from 'node:fs';
import type { OpenIdClient } from '@visavox/adapters/oidc/openid-provider';
import { messageOf, type UserError } from '@visavox/core/errors';
import { Role } from '@visavox/core/user';
import { parseRoles, type RoleRules } from '@visavox/core/vouched-user';
import { z } from 'zod';

/** The organisation's OpenID provider, by which users of the platform sign in to the console. */
export const OidcEnvironment = z.object({
  /** Its issuer, such as `https://sso.example.org/realms/main`. Without it users sign in with tokens and passwords alone. */
  VISAVOX_OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
  /** What it knows this server as; its redirect URI is VISAVOX_PUBLIC_URL with `/api/v1/operator/oidc/callback`. */
  VISAVOX_OIDC_CLIENT_ID: z.string().min(1).optional(),
  /** The secret of that client, or a file that holds it. Neither where the provider has it as a public client. */
  VISAVOX_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  VISAVOX_OIDC_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  /** What people call it: "Sign in with …". The name of its host unless given. */
  VISAVOX_OIDC_NAME: z.string().min(1).max(60).optional(),
  VISAVOX_OIDC_SCOPES: z.string().min(1).default('openid profile email'),
  /** The claim that says what somebody may do; a path with dots, such as `realm_access.roles`, for one below another. */
  VISAVOX_OIDC_ROLES_CLAIM: z.string().min(1).default('groups'),
  /** Its values with the roles that they give, such as `ml-admins=operator,ml-team=data-scientist`; the first that fits counts. */
  VISAVOX_OIDC_ROLES: z
    .string()
    .default('')
    .transform((text, { addIssue }) => {
      const roles = parseRoles(text);
      if (roles) return roles;
      addIssue(`expected VALUE=ROLE, separated by commas, with a role of ${Role.options.join(', ')}`);
      return z.NEVER;
    }),
  /** The role of whoever has none of these values. Without it they are refused. */
  VISAVOX_OIDC_DEFAULT_ROLE: Role.optional(),
});
type OidcEnvironment = z.infer<typeof OidcEnvironment>;

export interface OidcSettings {
  readonly name: string;
  readonly client: OpenIdClient;
  readonly roles: RoleRules;
}

/** Undefined where no provider is named. */
export function oidcSettings(
  values: OidcEnvironment,
  invalid: (name: string, reason: string) => UserError,
): OidcSettings | undefined {
  const { VISAVOX_OIDC_ISSUER: issuer, VISAVOX_OIDC_CLIENT_ID: clientId } = values;
  if (issuer === undefined) return undefined;
  const { protocol, hostname } = new URL(issuer);
  if (protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(hostname))
    throw invalid('VISAVOX_OIDC_ISSUER', 'an OpenID provider on another machine is reached by https alone');
  if (clientId === undefined)
    throw invalid(
      'VISAVOX_OIDC_CLIENT_ID',
      'VISAVOX_OIDC_ISSUER needs the id by which the provider knows this server',
    );
  const roles = {
    claim: values.VISAVOX_OIDC_ROLES_CLAIM,
    roles: values.VISAVOX_OIDC_ROLES,
    otherwise: values.VISAVOX_OIDC_DEFAULT_ROLE,
  };
  if (roles.roles.length === 0 && roles.otherwise === undefined)
    throw invalid('VISAVOX_OIDC_ROLES', 'without it, or VISAVOX_OIDC_DEFAULT_ROLE, nobody could sign in');
  return {
    name: values.VISAVOX_OIDC_NAME ?? hostname,
    client: {
      ...{ issuer, clientId, scopes: values.VISAVOX_OIDC_SCOPES, wantedClaim: roles.claim },
      clientSecret: secretOf(values, invalid),
    },
    roles,
  };
}

function secretOf(
  { VISAVOX_OIDC_CLIENT_SECRET: secret, VISAVOX_OIDC_CLIENT_SECRET_FILE: file }: OidcEnvironment,
  invalid: (name: string, reason: string) => UserError,
): string | undefined {
  if (secret !== undefined || file === undefined) return secret;
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw invalid('VISAVOX_OIDC_CLIENT_SECRET_FILE', messageOf(error));
  }
}
