import { OpenIdProvider } from '@visavox/adapters/oidc/openid-provider';
import { OrganisationDoor } from '@visavox/api/organisation-door';
import { addressByName } from './address.ts';
import type { Platform } from './platform.ts';

/** `url`: where people reach this server. Undefined where no provider is named. */
export function openOrganisationDoor(
  { settings: { oidc }, users, audit, log, now, trackingKey }: Platform,
  url: string,
): OrganisationDoor | undefined {
  if (!oidc) return undefined;
  const { name, roles, client } = oidc;
  return new OrganisationDoor({
    ...{ name, roles, users, audit, log, now },
    url: addressByName(url),
    provider: new OpenIdProvider(client),
    cookieKey: Buffer.from(trackingKey('organisation sign-in')).toString('base64url'),
  });
}
