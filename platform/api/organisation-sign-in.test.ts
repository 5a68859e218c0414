import { OpenIdProvider } from '@visavox/adapters/oidc/openid-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleAddress } from './organisation-routes.ts';
import { type Accounts, client, freePort, TestOpenIdProvider } from './testing/openid-provider.ts';
import { OrganisationBrowser } from './testing/organisation-browser.ts';
import { TestPlatform } from './testing/test-platform.ts';

const redirectUris = ['http://localhost/api/v1/operator/oidc/callback'];
const accounts: Accounts = new Map();
let port: number;
let provider: TestOpenIdProvider;
let platform: TestPlatform;
let browser: OrganisationBrowser;

const organisation = (changes: { secret?: string; issuer?: string; otherwise?: 'viewer' } = {}) => ({
  name: 'the organisation',
  provider: new OpenIdProvider({
    issuer: changes.issuer ?? provider.issuer,
    clientId: client.id,
    clientSecret: changes.secret ?? client.secret,
    scopes: 'openid profile email',
    wantedClaim: 'groups',
  }),
  roles: {
    claim: 'groups',
    roles: [
      { value: 'ml-admins', role: 'operator' as const },
      { value: 'ml-team', role: 'data-scientist' as const },
    ],
    otherwise: changes.otherwise,
  },
});

beforeAll(async () => {
  platform = await TestPlatform.open();
  port = await freePort();
  provider = await TestOpenIdProvider.start({ port, redirectUris, accounts });
});
afterAll(async () => {
  await provider?.stop();
  await platform?.close();
});
beforeEach(async () => {
  accounts.clear();
  accounts.set('sub-ada', { preferred_username: 'Ada', groups: ['everybody', 'ml-team'] });
  accounts.set('sub-eve', { preferred_username: 'eve', groups: ['everybody'] });
  platform = await platform.anew(organisation());
  browser = new OrganisationBrowser(platform);
});

const refused = (code: string) => `/console?refused=${code}`;
/** Oldest first. */
const log = async () => {
  const { entries } = await platform.audit.page({}, { start: 0, limit: 100 });
  return entries
    .map(({ by, action, outcome, target, reason }) => ({ by, action, outcome, target, reason }))
    .reverse();
};
const session = { by: 'nobody', action: 'session.begin', outcome: 'refused' };

describe('whoever the organisation vouches for', () => {
  it('becomes a user the first time, and is the same one afterwards', async () => {
    const state = await (await browser.visit('/api/v1/operator/session')).json();
    expect(state).toEqual({
      ...{ operator: false, user: null },
      organisation: { name: 'the organisation', address: 'http://localhost/api/v1/operator/oidc' },
    });
    expect(await browser.signIn('sub-ada', '/console/runs?find=rook')).toBe('/console/runs?find=rook');
    expect(await browser.whoami()).toMatchObject({ name: 'ada', role: 'data-scientist', shared: false });
    expect((await browser.visit('/api/v1/runs')).status).toBe(200);
    expect((await browser.visit('/api/v1/users')).status).toBe(403);
    expect(await platform.users.list()).toMatchObject([
      { name: 'ada', subject: 'sub-ada', createdBy: 'organisation sign-in', password: false },
    ]);
    // What they are called there may change, and is not theirs to choose.
    accounts.set('sub-ada', { preferred_username: 'grace', groups: ['ml-team'] });
    const elsewhere = new OrganisationBrowser(platform);
    expect(await elsewhere.signIn('sub-ada')).toBe('/console');
    expect(await elsewhere.whoami()).toMatchObject({ name: 'ada' });
    expect((await platform.users.list()).map(({ name }) => name)).toEqual(['ada']);
    const begun = { by: 'ada', action: 'session.begin', outcome: 'done', target: null, reason: null };
    expect((await log()).filter(({ outcome }) => outcome === 'done')).toEqual([
      {
        ...{ by: 'organisation sign-in', action: 'user.add', outcome: 'done', target: 'user:ada' },
        reason: 'data-scientist, subject:sub-ada as ada',
      },
      begun,
      begun,
    ]);
  });

  it('is signed in by a cookie like that of a password, and for as long', async () => {
    const back = await browser.authenticate(await browser.begin(), 'sub-ada');
    const answer = await browser.visit(back);
    const [, cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^visavox_operator=.*; Max-Age=28800; Path=\/; HttpOnly; SameSite=Strict$/);
    platform.advance(31 * 60);
    expect(await browser.whoami(), 'half an hour without use').toBeNull();
  });

  it('has the role that the organisation says, from each sign-in on', async () => {
    await browser.signIn('sub-ada');
    accounts.set('sub-ada', { preferred_username: 'ada', groups: ['ml-team', 'ml-admins'] });
    expect(await browser.whoami()).toMatchObject({ role: 'data-scientist' });
    await browser.signIn('sub-ada');
    expect(await browser.whoami()).toMatchObject({ role: 'operator' });
    accounts.set('sub-ada', { preferred_username: 'ada', groups: [] });
    expect(await new OrganisationBrowser(platform).signIn('sub-ada')).toBe(refused('oidc_no_role'));
    expect((await log()).filter(({ action }) => action === 'user.edit')).toEqual([
      {
        ...{ by: 'organisation sign-in', action: 'user.edit', outcome: 'done', target: 'user:ada' },
        reason: 'data-scientist becomes operator',
      },
    ]);
  });

  it('is refused without a role, unless there is one for everybody', async () => {
    expect(await browser.signIn('sub-eve')).toBe(refused('oidc_no_role'));
    expect(await browser.whoami()).toBeNull();
    expect(await platform.users.list()).toEqual([]);
    expect(await log()).toEqual([{ ...session, target: 'subject:sub-eve as eve', reason: 'oidc_no_role' }]);
    platform = await platform.anew(organisation({ otherwise: 'viewer' }));
    browser = new OrganisationBrowser(platform);
    await browser.signIn('sub-eve');
    expect(await browser.whoami()).toMatchObject({ name: 'eve', role: 'viewer' });
  });

  it('stays out once removed, until an operator lets them in again', async () => {
    await browser.signIn('sub-ada');
    const root = await platform.user('root', 'operator');
    expect((await platform.ask(root, 'DELETE', '/api/v1/users/ada')).status).toBe(204);
    expect(await browser.whoami()).toBeNull();
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_user_removed'));
    expect((await log()).at(-1)).toEqual({
      ...{ ...session, target: 'subject:sub-ada as ada', reason: 'oidc_user_removed' },
    });
    const again = { name: 'ada.l', role: 'viewer', subject: 'sub-ada' };
    expect(await platform.ask(root, 'POST', '/api/v1/users', again)).toMatchObject({ status: 201 });
    await browser.signIn('sub-ada');
    expect(await browser.whoami()).toMatchObject({ name: 'ada.l', role: 'data-scientist' });
  });
});

describe('a user that was there before', () => {
  it('is not taken over by whoever is called the same', async () => {
    const root = await platform.user('root', 'operator');
    accounts.set('sub-mallory', { preferred_username: 'ROOT', groups: ['ml-team'] });
    expect(await browser.signIn('sub-mallory')).toBe(refused('oidc_name_taken'));
    expect(await browser.whoami()).toBeNull();
    expect(await platform.users.get('root')).toMatchObject({ role: 'operator', subject: null });
    expect(await log()).toEqual([
      { ...session, target: 'subject:sub-mallory as root', reason: 'oidc_name_taken' },
    ]);
    // Nor by whoever only claims an address, nor where the name belonged to somebody who was removed.
    const other = await platform.user('ada@example.org', 'operator');
    const claimed = { email: 'ada@example.org', groups: ['ml-admins'] };
    accounts.set('sub-mallory', { ...claimed, email_verified: false });
    expect(await browser.signIn('sub-mallory')).toBe(refused('oidc_name_missing'));
    accounts.set('sub-mallory', { ...claimed, email_verified: true });
    expect(await browser.signIn('sub-mallory')).toBe(refused('oidc_name_taken'));
    await platform.ask(root, 'DELETE', '/api/v1/users/ada@example.org');
    expect(await browser.signIn('sub-mallory')).toBe(refused('oidc_name_taken'));
    expect((await platform.ask(other, 'GET', '/api/v1/me')).status).toBe(401);
  });

  it('may sign in by the organisation once an operator has said who they are there', async () => {
    const root = await platform.user('root', 'operator');
    const password = 'correct horse battery staple';
    await platform.ask(root, 'POST', '/api/v1/users', { name: 'ada', role: 'viewer', password });
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_name_taken'));
    const link = (name: string, subject: string | null) =>
      platform.ask(root, 'PATCH', `/api/v1/users/${name}`, { subject });
    expect((await link('ada', 'sub-ada')).body).toMatchObject({ name: 'ada', subject: 'sub-ada' });
    await browser.signIn('sub-ada');
    expect(await browser.whoami()).toMatchObject({ name: 'ada', role: 'data-scientist' });
    expect((await platform.signIn({ name: 'ada', password })).status).toBe(200);
    expect(await link('root', 'sub-ada')).toMatchObject({ status: 409, body: { code: 'subject_taken' } });
    expect((await link('ada', null)).body).toMatchObject({ subject: null });
    expect(await browser.whoami(), 'is not vouched for any more').toBeNull();
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_name_taken'));
  });
});

describe('a sign-in that does not hold', () => {
  const strangers = async () => {
    expect(await browser.whoami()).toBeNull();
    expect(await platform.users.list()).toEqual([]);
    return (await log()).map(({ by, outcome, reason }) => `${by} ${outcome}: ${reason}`);
  };

  it('was begun elsewhere, or has another state', async () => {
    const back = await browser.authenticate(await browser.begin(), 'sub-ada');
    const victim = new OrganisationBrowser(platform);
    expect(await victim.comeBack(back)).toBe(refused('oidc_state_lost'));
    expect(await victim.whoami()).toBeNull();
    await victim.begin();
    expect(await victim.comeBack(back)).toBe(refused('oidc_state_lost'));
    const other = new URL(back);
    other.searchParams.set('state', 'mine');
    expect(await browser.copy().comeBack(other.href)).toBe(refused('oidc_state_lost'));
    const twice = `${back}&state=mine`;
    expect(await browser.copy().comeBack(twice)).toBe(refused('oidc_state_lost'));
    platform.advance(11 * 60);
    expect(await browser.comeBack(back), 'too late').toBe(refused('oidc_state_lost'));
    expect(await strangers()).toEqual(Array(5).fill('nobody refused: oidc_state_lost'));
  });

  it('has a cookie that was written by somebody else', async () => {
    const address = await browser.begin();
    const state = new URL(address).searchParams.get('state');
    const forged = JSON.stringify({ state, nonce: 'n', verifier: 'v', returnTo: '/console', at: Date.now() });
    const answer = await platform.app.request(`${redirectUris[0]}?code=c&state=${state}`, {
      headers: { cookie: `visavox_oidc=${encodeURIComponent(`${forged}.${'A'.repeat(43)}=`)}` },
    });
    expect(answer.headers.get('location')).toBe(refused('oidc_state_lost'));
  });

  it('shows a code for the second time', async () => {
    const back = await browser.authenticate(await browser.begin(), 'sub-ada');
    const kept = browser.copy();
    expect(await browser.comeBack(back)).toBe('/console');
    expect(await browser.comeBack(back), 'the cookie is used up').toBe(refused('oidc_state_lost'));
    expect(await kept.comeBack(back)).toBe(refused('oidc_failed'));
    expect(await kept.whoami()).toBeNull();
  });

  it('brings an ID token with another nonce', async () => {
    const address = new URL(await browser.begin());
    address.searchParams.set('nonce', 'of-another-sign-in');
    const back = await browser.authenticate(address.href, 'sub-ada');
    expect(await browser.comeBack(back)).toBe(refused('oidc_failed'));
    expect(await strangers()).toEqual(['nobody refused: oidc_failed']);
  });

  it('brings a code that was given for another verifier', async () => {
    const address = new URL(await browser.begin());
    address.searchParams.set('code_challenge', 'A'.repeat(43));
    const back = await browser.authenticate(address.href, 'sub-ada');
    expect(await browser.comeBack(back)).toBe(refused('oidc_failed'));
    expect(await strangers()).toEqual(['nobody refused: oidc_failed']);
  });

  it('was given up at the provider', async () => {
    const address = await browser.begin();
    const page = new URL((await browser.visit(address)).headers.get('location') ?? '', address);
    page.search = '?cancelled';
    let next = page.href;
    while (!next.startsWith('http://localhost'))
      next = new URL((await browser.visit(next)).headers.get('location') ?? '', next).href;
    expect(await browser.comeBack(next)).toBe(refused('oidc_denied'));
    expect(await strangers()).toEqual(['nobody refused: oidc_denied']);
  });

  it('does not fill the audit log', async () => {
    const made = () => browser.comeBack('/api/v1/operator/oidc/callback?code=c&state=s');
    const all = await Promise.all(Array.from({ length: 30 }, made));
    expect(all).toContain(refused('too_many_requests'));
    expect((await log()).length).toBeLessThan(15);
    expect(await browser.signIn('sub-ada'), 'a good one does not wait for these').toBe('/console');
  });
});

describe('the provider', () => {
  it('may be away when the server starts, and is said to be by whoever signs in', async () => {
    const later = await freePort();
    platform = await platform.anew(organisation({ issuer: `http://127.0.0.1:${later}` }));
    browser = new OrganisationBrowser(platform);
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_unavailable'));
    const second = await TestOpenIdProvider.start({ port: later, redirectUris, accounts });
    try {
      expect(await browser.signIn('sub-ada')).toBe('/console');
      const back = await browser.authenticate(await browser.begin(), 'sub-ada');
      await second.stop();
      expect(await browser.comeBack(back)).toBe(refused('oidc_unavailable'));
    } finally {
      await second.stop().catch(() => {});
    }
  });

  it('is not believed where it does not know the secret, or is another one', async () => {
    platform = await platform.anew(organisation({ secret: 'wrong' }));
    browser = new OrganisationBrowser(platform);
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_failed'));
    platform = await platform.anew(organisation({ issuer: `${provider.issuer}/realms/other` }));
    browser = new OrganisationBrowser(platform);
    expect(await browser.signIn('sub-ada')).toBe(refused('oidc_unavailable'));
  });

  it('is not asked where none is named', async () => {
    platform = await platform.anew();
    browser = new OrganisationBrowser(platform);
    expect(await browser.begin()).toBe(refused('oidc_not_configured'));
    expect(await browser.comeBack('/api/v1/operator/oidc/callback?code=c')).toBe(
      refused('oidc_not_configured'),
    );
    const root = await platform.user('root', 'operator');
    const linked = await platform.ask(root, 'PATCH', '/api/v1/users/root', { subject: 'sub-ada' });
    expect(linked).toMatchObject({ status: 400, body: { code: 'oidc_not_configured' } });
  });
});

describe('a way back', () => {
  it.each([
    ['/console', '/console'],
    ['/console/models/iris?a=1&b=/', '/console/models/iris?a=1&b=/'],
    ['/console/../console/runs', '/console/runs'],
  ])('leads to %s', (wanted, expected) => {
    expect(consoleAddress(wanted)).toBe(expected);
  });

  it.each([
    ...[
      'https://evil.example/console',
      '//evil.example/console',
      '/\\evil.example/console',
      '\\\\evil.example',
    ],
    ...['/console/..//evil.example', '/console/%2e%2e//evil.example', '/consoles', '/', '', '/api/v1/runs'],
    ...['javascript:alert(1)', 'http:console', '/\t/evil.example/console', 'http://here.invalid:1/console'],
    ...['/console\\..\\..\\\\evil.example', 'https://localhost/console'],
  ])('never leads to %j', (wanted) => {
    expect(consoleAddress(wanted)).toBe('/console');
  });

  it('is the same at the end of a sign-in', async () => {
    expect(await browser.signIn('sub-ada', '//evil.example/console')).toBe('/console');
  });
});
