import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import { Visit } from '../testing/visit.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const asOperator = async (visit: Visit, token = operatorToken) =>
  visit.send('POST', 'operator/session', { token });

describe("a person's session", () => {
  it('ends when nothing came of it for an hour, and after twelve hours in any case', async () => {
    const ada = new Visit(server);
    await ada.join('Ada');
    server.advance(59 * 60);
    expect(await ada.session()).toMatchObject({ person: { name: 'Ada' } });
    server.advance(61 * 60);
    expect(await ada.session()).toMatchObject({ person: null });

    await ada.signInByPasskey();
    for (let half = 0; half < 23; half++) {
      server.advance(30 * 60);
      expect(await ada.session()).toMatchObject({ person: { name: 'Ada' } });
    }
    server.advance(30 * 60 + 1);
    expect(await ada.session()).toMatchObject({ person: null });
  });

  it('gets a new token with every sign-in, and the one before is no longer good', async () => {
    const bea = new Visit(server);
    await bea.join('Bea');
    const before = bea.cookies.get('visavox_session') ?? '';
    await bea.signInByPasskey();
    expect(bea.cookies.get('visavox_session')).not.toBe(before);
    const thief = new Visit(server);
    thief.cookies.set('visavox_session', before);
    expect(await thief.session()).toMatchObject({ person: null });
  });

  it('ends on every device when the person says so, and no device is known any more', async () => {
    const cleo = new Visit(server);
    const { id } = await cleo.join('Cleo');
    const elsewhere = new Visit(server, cleo.authenticator);
    await elsewhere.signInByPasskey();
    const device = elsewhere.cookies.get('visavox_device') ?? '';
    const { devices } = server.services.waysIn;
    expect(await devices.recognise(id, device)).not.toBeNull();
    expect((await cleo.send('DELETE', 'sessions')).status).toBe(204);
    for (const visit of [cleo, elsewhere]) expect(await visit.session()).toMatchObject({ person: null });
    expect(await devices.recognise(id, device)).toBeNull();
  });

  it('ends here alone when the person signs out', async () => {
    const dan = new Visit(server);
    await dan.join('Dan');
    const elsewhere = new Visit(server, dan.authenticator);
    await elsewhere.signInByPasskey();
    await dan.send('DELETE', 'session');
    expect(await dan.session()).toMatchObject({ person: null });
    expect(await elsewhere.session()).toMatchObject({ person: { name: 'Dan' } });
  });
});

describe('a device', () => {
  it('is known to those who signed in with it, and to nobody else', async () => {
    const ada = new Visit(server);
    const first = await ada.join('Emil');
    const token = ada.cookies.get('visavox_device') ?? '';
    const bea = new Visit(server);
    bea.cookies.set('visavox_device', token);
    const second = await bea.join('Eva');
    expect(bea.cookies.get('visavox_device')).toBe(token);
    const { devices } = server.services.waysIn;
    expect(await devices.recognise(first.id, token)).not.toBeNull();
    expect(await devices.recognise(second.id, token)).not.toBeNull();
    const third = await new Visit(server).join('Finn');
    expect(await devices.recognise(third.id, token)).toBeNull();
  });

  it('is not what somebody put there', async () => {
    const victim = new Visit(server);
    victim.cookies.set('visavox_device', 'planted');
    const { id } = await victim.join('Gil');
    expect(victim.cookies.get('visavox_device')).not.toBe('planted');
    expect(await server.services.waysIn.devices.recognise(id, 'planted')).toBeNull();
  });
});

describe("an operator's session", () => {
  it('and a visitor’s in one browser have nothing to do with each other', async () => {
    const browser = new Visit(server);
    expect(await (await asOperator(browser)).json()).toMatchObject({ operator: true, person: null });
    await browser.join('Hana');
    expect(await browser.session()).toMatchObject({ operator: true, person: { name: 'Hana' } });
    const people = new Visit(server);
    people.cookies.set('visavox_session', browser.cookies.get('visavox_session') ?? '');
    expect((await people.send('GET', 'people')).status).toBe(403);
    // Neither opens anything in the place of the other.
    people.cookies.set('visavox_operator', browser.cookies.get('visavox_session') ?? '');
    expect((await people.send('GET', 'people')).status).toBe(403);
    await browser.send('DELETE', 'session');
    expect(await browser.session()).toMatchObject({ operator: true, person: null });
    await browser.send('DELETE', 'operator/session');
    expect((await browser.send('GET', 'people')).status).toBe(401);
  });

  it('ends with the token that it was given for', async () => {
    const browser = new Visit(server);
    await asOperator(browser);
    expect((await browser.send('GET', 'people')).status).toBe(200);
    server.rotateOperatorToken('another-token-of-the-operator-for-this-test');
    expect((await browser.send('GET', 'people')).status).toBe(401);
    expect((await asOperator(browser)).status).toBe(401);
    server.rotateOperatorToken(operatorToken);
    await asOperator(browser);
    expect((await browser.send('GET', 'people')).status).toBe(200);
  });

  it('ends when nothing came of it for half an hour, and after eight hours in any case', async () => {
    const browser = new Visit(server);
    await asOperator(browser);
    for (let part = 0; part < 23; part++) {
      server.advance(20 * 60);
      expect((await browser.send('GET', 'people')).status).toBe(200);
    }
    server.advance(20 * 60 + 1);
    expect((await browser.send('GET', 'people')).status).toBe(401);
    await asOperator(browser);
    server.advance(31 * 60);
    expect((await browser.send('GET', 'people')).status).toBe(401);
  });

  it('is refused to who guesses: written down, slowed down, and no hindrance to who has the token', async () => {
    server.logged.length = 0;
    const guesses: number[] = [];
    for (let guess = 0; guess < 12; guess++)
      guesses.push((await asOperator(new Visit(server), `guess ${guess}`)).status);
    expect(guesses).toEqual([...Array(10).fill(401), 429, 429].slice(-guesses.length));
    expect(server.logged.filter((line) => line.includes('a wrong operator token'))).toHaveLength(12);
    expect(server.logged.join()).not.toContain('guess 3');
    const { events } = await (await server.get('/api/v1/access-events?limit=50')).json();
    const refused = events.filter(({ kind }: { kind: string }) => kind === 'operator_token_refused');
    expect(refused).toHaveLength(2);
    expect((await asOperator(new Visit(server))).status).toBe(200);
    const empty = await new Visit(server).send('POST', 'operator/session', { token: '' });
    expect(empty.status).toBe(429);
  });
});

describe('over https', () => {
  it('cookies are bound to this very host, and browsers come by https alone', async () => {
    const secure = await startTestServer({ secureCookies: true });
    const response = await secure.app.request('/api/v1/operator/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: operatorToken }),
    });
    expect(response.headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
    expect(response.headers.get('set-cookie')).toMatch(
      /^__Host-visavox_operator=[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    await secure.close();
    expect((await server.app.request('/api/v1/session')).headers.get('strict-transport-security')).toBeNull();
  });
});
