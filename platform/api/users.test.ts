import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sharedToken, TestPlatform } from './testing/test-platform.ts';

let platform: TestPlatform;
let ask: TestPlatform['ask'];
beforeAll(async () => {
  platform = await TestPlatform.open();
});
afterAll(() => platform.close());
beforeEach(async () => {
  platform = await platform.anew();
  ask = platform.ask.bind(platform);
});

const password = 'correct horse battery staple';
const day = 24 * 60 * 60;
const made = async (who: string, wish: object) => {
  const { status, body } = await ask(who, 'POST', '/api/v1/tokens', wish);
  expect(status).toBe(201);
  return { id: String(body.id), token: String(body.token), expiresAt: String(body.expiresAt) };
};

describe('the first minute', () => {
  it('begins with the shared token, which adds the first user and is turned off by them', async () => {
    const first = { name: 'ada', role: 'operator' };
    expect(await ask(sharedToken, 'POST', '/api/v1/users', first)).toMatchObject({ status: 201 });
    const { token } = await made(sharedToken, { user: 'ada', name: 'laptop' });
    expect((await ask(token, 'GET', '/api/v1/me')).body).toMatchObject({
      ...{ name: 'ada', role: 'operator', shared: false, sharedTokenOn: true },
    });
    const tooSoon = await ask(sharedToken, 'PUT', '/api/v1/operator/token', { on: false });
    expect(tooSoon).toMatchObject({ status: 403, body: { code: 'own_user_needed' } });
    const { cookie } = await platform.signIn({ token: sharedToken });
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(200);

    expect((await ask(token, 'PUT', '/api/v1/operator/token', { on: false })).body).toEqual({ on: false });
    const off = { status: 401, body: { code: 'operator_token_off' } };
    expect(await ask(sharedToken, 'GET', '/api/v1/runs')).toMatchObject(off);
    expect(await platform.signIn({ token: sharedToken })).toMatchObject(off);
    // Sessions of it are over too.
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(401);
    const status = await ask(token, 'GET', '/api/v1/status');
    expect(status.body).toMatchObject({ sharedTokenOn: false });
    // Whoever has the machine puts another one in its place, and is not locked out.
    platform.token = 'another-token-that-operators-share';
    expect((await ask(platform.token, 'GET', '/api/v1/runs')).status).toBe(200);
  });

  it('does not end without an operator', async () => {
    const ada = await platform.user('ada', 'operator');
    await ask(ada, 'PUT', '/api/v1/operator/token', { on: false });
    const refused = { status: 409, body: { code: 'last_operator' } };
    expect(await ask(ada, 'PATCH', '/api/v1/users/ada', { role: 'viewer' })).toMatchObject(refused);
    expect(await ask(ada, 'DELETE', '/api/v1/users/ada')).toMatchObject(refused);
    await platform.user('grace', 'operator');
    expect((await ask(ada, 'DELETE', '/api/v1/users/ada')).status).toBe(204);
    expect((await ask(ada, 'GET', '/api/v1/runs')).status).toBe(401);
  });
});

describe('a token', () => {
  it('is good until it expires, and says when it was used', async () => {
    const ada = await platform.user('ada', 'viewer');
    await ask(ada, 'GET', '/api/v1/runs');
    const { body } = await ask(ada, 'GET', '/api/v1/tokens');
    expect(body).toMatchObject({ tokens: [{ user: 'ada', state: 'valid', lastUsedAt: expect.any(String) }] });
    expect(JSON.stringify(body)).not.toContain(ada);
    platform.advance(91 * day);
    expect(await ask(ada, 'GET', '/api/v1/runs')).toMatchObject({
      status: 401,
      body: { code: 'token_expired' },
    });
  });

  it('is good for nothing once it is revoked, nor is the session that it was exchanged for', async () => {
    const ada = await platform.user('ada', 'operator');
    const { id, token } = await made(ada, { name: 'stolen', days: 1 });
    const { cookie } = await platform.signIn({ token });
    const shown = () => ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie });
    expect((await shown()).status).toBe(200);
    expect((await ask(ada, 'DELETE', `/api/v1/tokens/${id}`)).status).toBe(204);
    expect((await shown()).status).toBe(401);
    expect(await ask(token, 'GET', '/api/v1/runs')).toMatchObject({ body: { code: 'token_revoked' } });
    expect(await platform.signIn({ token })).toMatchObject({ status: 401, cookie: '' });
  });

  it('ends with its user, whose name nobody else is given', async () => {
    const ada = await platform.user('ada', 'operator');
    const bob = await platform.user('bob', 'viewer');
    const { cookie } = await platform.signIn({ token: bob });
    expect((await ask(ada, 'DELETE', '/api/v1/users/bob')).status).toBe(204);
    expect(await ask(bob, 'GET', '/api/v1/runs')).toMatchObject({ body: { code: 'token_revoked' } });
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(401);
    expect(await ask(ada, 'POST', '/api/v1/users', { name: 'bob', role: 'viewer' })).toMatchObject({
      ...{ status: 409, body: { code: 'user_was_removed' } },
    });
  });

  it('is not found by its id, nor with another secret', async () => {
    const ada = await platform.user('ada', 'viewer');
    const other = `${ada.slice(0, -1)}${ada.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [other, ada.slice(0, 20), `${ada}A`, 'visavox_000000000000_x'])
      expect(await ask(wrong, 'GET', '/api/v1/runs')).toMatchObject({
        ...{ status: 401, body: { code: 'operator_token_invalid' } },
      });
  });

  it('begets none that outlives it', async () => {
    const ada = await platform.user('ada', 'operator');
    const short = await made(ada, { name: 'short', days: 1 });
    const long = await made(short.token, { name: 'long', days: 366 });
    expect(long.expiresAt).toBe(short.expiresAt);
    const { cookie } = await platform.signIn({ token: short.token });
    const bySession = await ask(undefined, 'POST', '/api/v1/tokens', { name: 'long' }, { cookie });
    expect(bySession.body).toMatchObject({ expiresAt: short.expiresAt });
  });
});

it('is not called what records call those who are no users', async () => {
  const named = await ask(sharedToken, 'POST', '/api/v1/users', { name: 'nobody', role: 'viewer' });
  expect(named).toMatchObject({ status: 400, body: { code: 'request_invalid' } });
});

describe('a role', () => {
  it('counts from the next request on', async () => {
    const ada = await platform.user('ada', 'operator');
    const bob = await platform.user('bob', 'data-scientist');
    const run = { pipelineSpec: {}, parameters: {} };
    expect((await ask(bob, 'POST', '/api/v1/runs', run)).status).not.toBe(403);
    await ask(ada, 'PATCH', '/api/v1/users/bob', { role: 'viewer' });
    expect(await ask(bob, 'POST', '/api/v1/runs', run)).toMatchObject({
      ...{ status: 403, body: { code: 'role_needed', least: 'data-scientist', role: 'viewer' } },
    });
  });

  it.each(['viewer', 'data-scientist', 'auditor'] as const)('is not what a %s makes of it', async (role) => {
    await platform.user('ada', 'operator');
    const eve = await platform.user('eve', role);
    const refused = { status: 403 };
    expect(await ask(eve, 'PATCH', '/api/v1/users/eve', { role: 'operator' })).toMatchObject(refused);
    expect(await ask(eve, 'POST', '/api/v1/users', { name: 'mallory', role: 'operator' })).toMatchObject(
      refused,
    );
    expect(await ask(eve, 'POST', '/api/v1/tokens', { user: 'ada', name: 'mine' })).toMatchObject(refused);
    expect(await ask(eve, 'PATCH', '/api/v1/runs/r1', { name: 'mine' })).toMatchObject({
      status: role === 'data-scientist' ? 404 : 403,
    });
    expect(await ask(eve, 'PUT', '/api/v1/operator/token', { on: false })).toMatchObject(refused);
    // The case of a method, another path to the same, and headers of proxies change nothing.
    for (const [method, path, headers] of [
      ['patch', '/api/v1/users/eve', {}],
      ['PATCH', '/api/v1//users/eve', {}],
      ['PATCH', '/api/v1/users/eve/', {}],
      ['POST', '/api/v1/users/eve', { 'x-http-method-override': 'PATCH' }],
      ['PATCH', '/api/v1/users/eve', { 'x-visavox-forwarded': '1' }],
    ] as const)
      expect((await ask(eve, method, path, { role: 'operator' }, headers)).status).toBeGreaterThanOrEqual(
        403,
      );
    expect((await platform.users.get('eve')).role).toBe(role);
  });

  it('lets a data scientist propose where what serves does not count yet', async () => {
    const bob = await platform.user('bob', 'data-scientist');
    const path = '/api/v1/models/iris/releases';
    const proposed = await ask(bob, 'POST', `${path}?environment=test`, { version: 1 });
    expect(proposed).toMatchObject({ status: 201, body: { by: 'bob', stage: 'shadow' } });
    for (const last of [path, '/api/v1/models/iris/training', '/api/v1/models/iris/candidates'])
      expect(await ask(bob, 'POST', `${last}?environment=production`, { version: 1 })).toMatchObject({
        ...{ status: 403, body: { code: 'role_needed', environment: 'production' } },
      });
    const twice = await ask(bob, 'POST', `${path}?environment=test&environment=production`, { version: 1 });
    expect(twice.status).toBe(400);
    expect(await ask(bob, 'POST', `/api/v1/releases/${proposed.body.id}/promote`)).toMatchObject({
      status: 403,
    });
  });

  it('is not all that is kept of whoever named a model: by their name, in the history', async () => {
    const bob = await platform.user('bob', 'data-scientist');
    const path = '/api/v1/models/iris/aliases/baseline';
    await ask(bob, 'PUT', path, { version: 1, reason: 'the paper' });
    const { body } = await ask(sharedToken, 'DELETE', `${path}?reason=done`);
    expect(body.history).toMatchObject([
      { alias: 'baseline', version: null, by: 'operator token' },
      { alias: 'baseline', version: 1, by: 'bob', reason: 'the paper' },
    ]);
  });

  it('shows the tokens of others to operators and auditors alone', async () => {
    const [ada, bob] = [await platform.user('ada', 'auditor'), await platform.user('bob', 'viewer')];
    expect((await ask(ada, 'GET', '/api/v1/tokens')).body.tokens).toHaveLength(2);
    expect((await ask(bob, 'GET', '/api/v1/tokens')).body.tokens).toHaveLength(1);
    expect(await ask(bob, 'GET', '/api/v1/tokens?user=ada')).toMatchObject({ status: 403 });
    const { body } = await ask(ada, 'GET', '/api/v1/tokens?user=bob');
    const [{ id }] = body.tokens as [{ id: string }];
    expect(await ask(ada, 'DELETE', `/api/v1/tokens/${id}`)).toMatchObject({ status: 404 });
  });
});

describe('a password', () => {
  beforeEach(async () => {
    const ada = await platform.user('ada', 'operator');
    await ask(ada, 'POST', '/api/v1/users', { name: 'grace', role: 'viewer', password });
  });

  it('signs in to the console', async () => {
    const { status, body, cookie } = await platform.signIn({ name: 'grace', password });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { operator: false, user: { name: 'grace' } },
    });
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(200);
    expect((await ask(undefined, 'POST', '/api/v1/users', {}, { cookie })).status).toBe(403);
    expect((await ask(undefined, 'DELETE', '/api/v1/operator/session', undefined, { cookie })).status).toBe(
      204,
    );
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(401);
  });

  it('is kept as nothing that it could be read from, and never told', async () => {
    const rows = await platform.database.db.selectFrom('users').selectAll().execute();
    expect(rows.find(({ name }) => name === 'grace')?.password).toMatch(/^scrypt\$32768\$8\$3\$/);
    const log = await ask(sharedToken, 'GET', '/api/v1/audit/export');
    expect(JSON.stringify([rows, log])).not.toContain(password);
  });

  it('says the same of a wrong one and of a name that nobody has', async () => {
    const wrong = { status: 401, body: { code: 'password_invalid' }, cookie: '' };
    expect(await platform.signIn({ name: 'grace', password: `${password}!` })).toMatchObject(wrong);
    expect(await platform.signIn({ name: 'nobody', password })).toMatchObject(wrong);
    // Ada has none.
    expect(await platform.signIn({ name: 'ada', password: '' })).toMatchObject(wrong);
  });

  it('is not found out by trying', { timeout: 60_000 }, async () => {
    for (let tries = 0; tries < 11; tries++)
      await platform.signIn({ name: 'grace', password: `wrong ${tries}` });
    expect(await platform.signIn({ name: 'grace', password })).toMatchObject({ status: 429 });
    platform.advance(301);
    expect(await platform.signIn({ name: 'grace', password })).toMatchObject({ status: 200 });
  });

  it('is changed by whoever knows it, and ends what began with the one before', async () => {
    const { cookie } = await platform.signIn({ name: 'grace', password });
    const change = (body: object) => ask(undefined, 'PUT', '/api/v1/me/password', body, { cookie });
    const next = 'a password nobody has seen';
    expect((await change({ password: next })).status).toBe(401);
    expect((await change({ current: password, password: 'short' })).status).toBe(400);
    expect((await change({ current: password, password: next })).status).toBe(204);
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(401);
    expect((await platform.signIn({ name: 'grace', password })).status).toBe(401);
    expect((await platform.signIn({ name: 'grace', password: next })).status).toBe(200);
  });
});

describe('a session', () => {
  it('is a new one at each sign-in, whatever cookie was there', async () => {
    const ada = await platform.user('ada', 'operator');
    const planted = 'visavox_operator=planted-by-somebody-else';
    const first = await platform.signIn({ token: ada }, planted);
    expect(first.cookie).not.toBe(planted);
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie: planted })).status).toBe(401);
    const second = await platform.signIn({ token: ada }, first.cookie);
    expect(second.cookie).not.toBe(first.cookie);
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie: first.cookie })).status).toBe(
      401,
    );
  });

  it('ends after half an hour in which nobody used it', async () => {
    const ada = await platform.user('ada', 'operator');
    const { cookie } = await platform.signIn({ token: ada });
    platform.advance(31 * 60);
    expect((await ask(undefined, 'GET', '/api/v1/runs', undefined, { cookie })).status).toBe(401);
  });

  it('does nothing for a page of another origin', async () => {
    const ada = await platform.user('ada', 'operator');
    const { cookie } = await platform.signIn({ token: ada });
    const foreign = { cookie, origin: 'https://elsewhere.example' };
    expect(await ask(undefined, 'POST', '/api/v1/users', {}, foreign)).toMatchObject({
      ...{ status: 403, body: { code: 'cross_origin' } },
    });
  });
});

describe('the audit log', () => {
  it('has who did what, on what, from where, also what was refused, and no secret', async () => {
    const ada = await platform.user('ada', 'operator');
    await ask(ada, 'POST', '/api/v1/users', { name: 'bob', role: 'viewer', password });
    const { token } = await made(ada, { user: 'bob', name: 'laptop' });
    await ask(token, 'PATCH', '/api/v1/runs/r1', { name: 'mine' });
    await ask(token, 'PATCH', '/api/v1/runs/r1', { name: 'mine' });
    await ask(ada, 'DELETE', '/api/v1/users/nobody');
    const { body } = await ask(ada, 'GET', '/api/v1/audit');
    const entries = (body.entries as Record<string, unknown>[]).reverse();
    expect(
      entries.map(({ by, action, target, outcome, reason }) => [by, action, target, outcome, reason]),
    ).toEqual([
      ['ada', 'user.add', null, 'asked', null],
      ['ada', 'user.add', 'user:bob', 'done', null],
      ['ada', 'token.create', null, 'asked', null],
      ['ada', 'token.create', expect.stringMatching(/^token:\w+ of bob$/), 'done', null],
      ['bob', 'run.annotate', null, 'refused', 'role_needed'],
      ['ada', 'user.remove', 'user:nobody', 'asked', null],
      ['ada', 'user.remove', 'user:nobody', 'refused', 'unknown_user'],
    ]);
    expect(entries[0]).toMatchObject({ role: 'operator', network: 'unknown', request: expect.any(String) });
    expect(JSON.stringify(entries)).not.toMatch(new RegExp(`${password}|${token}`));
    expect((await ask(ada, 'GET', '/api/v1/audit/verify')).body).toMatchObject({ intact: true, entries: 7 });
    const { text } = (await ask(ada, 'GET', '/api/v1/audit/export?by=bob')).body;
    expect(JSON.parse(String(text))).toMatchObject({ position: 5, by: 'bob' });
  });

  it('is for operators and auditors', async () => {
    const eve = await platform.user('eve', 'data-scientist');
    for (const path of ['', '/export', '/verify'])
      expect((await ask(eve, 'GET', `/api/v1/audit${path}`)).status).toBe(403);
    const auditor = await platform.user('cleo', 'auditor');
    expect((await ask(auditor, 'GET', '/api/v1/audit?start=0&limit=5&action=user.')).status).toBe(200);
    const never = '?since=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z';
    expect(await ask(auditor, 'GET', `/api/v1/audit${never}`)).toMatchObject({
      ...{ status: 400, body: { code: 'time_range_invalid' } },
    });
  });
});
