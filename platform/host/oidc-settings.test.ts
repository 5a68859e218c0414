import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { serverFacts } from './server-facts.ts';
import { parsePlatformSettings } from './settings.ts';

const parse = (environment: Record<string, string>) => parsePlatformSettings(environment, { root: '/birds' });
const named = {
  VISAVOX_OIDC_ISSUER: 'https://sso.example.org/realms/main',
  VISAVOX_OIDC_CLIENT_ID: 'visavox',
  VISAVOX_OIDC_ROLES: 'ml-admins=operator, ml-team=data-scientist',
};

it('names no provider unless an issuer is given', () => {
  expect(parse({}).oidc).toBeUndefined();
  expect(parse({ VISAVOX_OIDC_ISSUER: '' }).oidc).toBeUndefined();
});

it('needs no more than an issuer, a client and roles', () => {
  expect(parse(named).oidc).toEqual({
    name: 'sso.example.org',
    client: {
      issuer: 'https://sso.example.org/realms/main',
      clientId: 'visavox',
      clientSecret: undefined,
      scopes: 'openid profile email',
      wantedClaim: 'groups',
    },
    roles: {
      claim: 'groups',
      roles: [
        { value: 'ml-admins', role: 'operator' },
        { value: 'ml-team', role: 'data-scientist' },
      ],
      otherwise: undefined,
    },
  });
});

it.each([
  ['VISAVOX_OIDC_ISSUER', { VISAVOX_OIDC_ISSUER: 'http://sso.example.org' }, 'https'],
  ['VISAVOX_OIDC_ISSUER', { VISAVOX_OIDC_ISSUER: 'sso.example.org' }, 'URL'],
  ['VISAVOX_OIDC_CLIENT_ID', { VISAVOX_OIDC_CLIENT_ID: '' }, 'the id'],
  ['VISAVOX_OIDC_ROLES', { VISAVOX_OIDC_ROLES: '' }, 'nobody could sign in'],
  ['VISAVOX_OIDC_ROLES', { VISAVOX_OIDC_ROLES: 'ml-admins' }, 'VALUE=ROLE'],
  ['VISAVOX_OIDC_DEFAULT_ROLE', { VISAVOX_OIDC_DEFAULT_ROLE: 'root' }, 'viewer'],
  ['VISAVOX_OIDC_CLIENT_SECRET_FILE', { VISAVOX_OIDC_CLIENT_SECRET_FILE: '/nowhere/secret' }, 'ENOENT'],
])('says what is wrong with %s', (name, changes, why) => {
  expect(() => parse({ ...named, ...changes })).toThrow(`the setting ${name} cannot be used`);
  expect(() => parse({ ...named, ...changes })).toThrow(why);
});

it('takes the secret from a file, and shows it to nobody', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-oidc-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'secret'), 'hush\n');
  const settings = parse({ ...named, VISAVOX_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret') });
  expect(settings.oidc?.client.clientSecret).toBe('hush');
  const facts = serverFacts(settings, {
    ...{ name: 'birds', root: '/birds', models: [], declaration: { name: 'birds' } },
  });
  expect(JSON.stringify(facts)).not.toContain('hush');
  expect(facts.settings).toContainEqual({
    name: 'VISAVOX_OIDC_ROLES',
    value: 'ml-admins=operator, ml-team=data-scientist',
  });
});
