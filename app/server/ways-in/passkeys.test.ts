import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authenticator, type Deviation } from '../testing/authenticator.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { Visit } from '../testing/visit.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const visit = (authenticator?: Authenticator) => new Visit(server, authenticator);
const refusal = async (response: Response) => {
  const { requestId, ...problem } = await response.json();
  return problem;
};

describe('a passkey', () => {
  it('signs in by name, and without one where the device knows whose it is', async () => {
    const ada = visit();
    const { id } = await ada.join('Ada');
    expect(await ada.session()).toMatchObject({ person: { id, name: 'Ada' }, amr: ['hwk'] });
    const later = visit(ada.authenticator);
    expect((await later.signInByPasskey()).status).toBe(200);
    expect(await later.session()).toMatchObject({ person: { id, name: 'Ada' } });
  });

  it('is told apart from one that is copied to other devices', async () => {
    const synced = visit(new Authenticator({ synced: true, counts: false }));
    await synced.join('Synced');
    expect(await synced.session()).toMatchObject({ amr: ['swk'] });
    expect((await synced.signInByPasskey()).status).toBe(200);
  });

  it('has a name, and there may be several', async () => {
    const bea = visit();
    await bea.join('Bea');
    expect((await bea.addPasskey('Key on the ring')).status).toBe(201);
    const { passkeys } = await bea.json<{ passkeys: { id: string; name: string }[] }>('GET', 'ways-in');
    expect(passkeys.map(({ name }) => name)).toEqual(['Passkey', 'Key on the ring']);
    const [first, second] = passkeys;
    expect((await bea.send('PATCH', `passkeys/${first?.id}`, { name: 'Laptop' })).status).toBe(204);
    expect((await bea.send('DELETE', `passkeys/${second?.id}`)).status).toBe(204);
    expect(await bea.json('GET', 'ways-in')).toMatchObject({ passkeys: [{ name: 'Laptop' }] });
  });

  it('is not taken away as the last way in without saying so', async () => {
    const cleo = visit();
    await cleo.join('Cleo');
    const id = cleo.authenticator.credentials[0]?.id;
    const refused = await cleo.send('DELETE', `passkeys/${id}`);
    expect(await refused.json()).toMatchObject({ status: 409, code: 'last_way_in' });
    expect((await cleo.send('DELETE', `passkeys/${id}?evenIfLast=true`)).status).toBe(204);
    expect((await cleo.signInByPasskey()).status).toBe(401);
  });

  it('of which there are two, is not taken away twice at once', async () => {
    const cora = visit();
    await cora.join('Cora');
    await cora.addPasskey('Second');
    const statuses = await Promise.all(
      cora.authenticator.credentials.map(
        async ({ id }) => (await cora.send('DELETE', `passkeys/${id}`)).status,
      ),
    );
    expect(statuses.sort()).toEqual([204, 409]);
  });
});

it('is renamed and removed by its owner alone', async () => {
  const owner = visit();
  await owner.join('Daphne');
  const path = `passkeys/${owner.authenticator.credentials[0]?.id}`;
  const other = visit();
  await other.join('Doris');
  for (const response of [
    await other.send('PATCH', path, { name: 'Mine now' }),
    await other.send('DELETE', `${path}?evenIfLast=true`),
  ])
    expect(await response.json()).toMatchObject({ status: 404, code: 'unknown_passkey' });
  expect((await visit().send('DELETE', path)).status).toBe(401);
  expect((await owner.send('DELETE', `${path}?evenIfLast=perhaps`)).status).toBe(400);
  expect((await owner.send('DELETE', `${path}?evenIfLast=true&evenIfLast=false`)).status).toBe(400);
  expect((await owner.signInByPasskey()).status).toBe(200);
});

describe('nobody gets in with', () => {
  let dora: Visit;
  let alike: unknown;
  beforeAll(async () => {
    dora = visit();
    await dora.join('Dora');
    const stranger = visit();
    await stranger.join('Stranger');
    alike = await refusal(await stranger.signInByPasskey({ name: 'Dora' }));
  });

  it('the passkey of somebody else', () => {
    expect(alike).toMatchObject({ status: 401, code: 'passkey_refused' });
  });

  it.each<[string, Deviation]>([
    ['a page of another origin', { origin: 'http://localhost:4601' }],
    ['a page of another domain', { rpId: 'attacker.example' }],
    ['a frame in a foreign page', { crossOrigin: true }],
    ['a challenge that was never given', { challenge: Buffer.alloc(32, 5).toString('base64url') }],
    ['what a new passkey says', { type: 'webauthn.create' }],
    ['a device that did not recognise its owner', { userVerified: false }],
    ['a device that nobody touched', { userPresent: false }],
    ['a passkey that may be copied all at once', { backupEligible: true }],
    ['a passkey that nobody has', { credentialId: Buffer.alloc(16, 9).toString('base64url') }],
    ['a passkey that says to be of somebody else', { userHandle: Buffer.from('eve').toString('base64url') }],
  ])('%s', async (_, deviation) => {
    const response = await visit(dora.authenticator).signInByPasskey({ name: 'Dora' }, deviation);
    expect(await refusal(response)).toEqual(alike);
    expect(response.headers.getSetCookie().join()).not.toContain('session');
  });

  it('an answer that was given already', async () => {
    const victim = visit(dora.authenticator);
    const credential = victim.authenticator.get(await victim.passkeyOptions());
    const send = () => victim.send('POST', 'passkeys/authentication/verify', { credential });
    expect((await send()).status).toBe(200);
    expect(await refusal(await send())).toEqual(alike);
  });

  it('one answer, twice at once', async () => {
    const victim = visit(dora.authenticator);
    const credential = victim.authenticator.get(await victim.passkeyOptions());
    const send = () => victim.send('POST', 'passkeys/authentication/verify', { credential });
    expect((await Promise.all([send(), send()])).map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('the answer to what another browser was asked', async () => {
    const attacker = visit();
    const credential = dora.authenticator.get(await attacker.passkeyOptions());
    const elsewhere = visit();
    await elsewhere.passkeyOptions();
    const response = await elsewhere.send('POST', 'passkeys/authentication/verify', { credential });
    expect(await refusal(response)).toEqual(alike);
  });

  it('an answer to a challenge for a new passkey', async () => {
    const { options } = await dora.json<{ options: { challenge: string } }>(
      'POST',
      'passkeys/registration/options',
    );
    expect(await refusal(await dora.signInByPasskey({}, { challenge: options.challenge }))).toEqual(alike);
  });

  it('an answer that comes a second late', async () => {
    const late = visit(dora.authenticator);
    const credential = late.authenticator.get(await late.passkeyOptions());
    server.advance(301);
    const response = await late.send('POST', 'passkeys/authentication/verify', { credential });
    expect(await refusal(response)).toEqual(alike);
  });

  it('a count that was reached already', async () => {
    const copy = new Authenticator();
    copy.credentials.push(
      ...dora.authenticator.credentials.map((credential) => ({ ...credential, counter: 0 })),
    );
    expect(await refusal(await visit(copy).signInByPasskey())).toEqual(alike);
  });

  it('a signature that was altered', async () => {
    const forger = visit(dora.authenticator);
    const credential = forger.authenticator.get(await forger.passkeyOptions());
    const signature = Buffer.from(credential.response.signature, 'base64url');
    signature[10] = (signature[10] ?? 0) ^ 1;
    const response = { ...credential.response, signature: signature.toString('base64url') };
    const answer = { ...credential, response };
    expect(
      await refusal(await forger.send('POST', 'passkeys/authentication/verify', { credential: answer })),
    ).toEqual(alike);
  });
});

describe('a name', () => {
  it('that nobody has is answered like one that has a passkey, and each time the same', async () => {
    await visit().join('Emil');
    const known = await visit().passkeyOptions({ name: 'Emil' });
    const unknown = await visit().passkeyOptions({ name: 'Nobody At All' });
    expect(Object.keys(unknown)).toEqual(Object.keys(known));
    expect(unknown.allowCredentials.length).toBeGreaterThan(0);
    expect(Object.keys(unknown.allowCredentials[0] ?? {}).sort()).toEqual(
      Object.keys(known.allowCredentials[0] ?? {}).sort(),
    );
    const again = await visit().passkeyOptions({ name: 'nobody at all' });
    expect(again.allowCredentials).toEqual(unknown.allowCredentials);
    expect(again.challenge).not.toBe(unknown.challenge);
    const other = await visit().passkeyOptions({ name: 'Nobody Else' });
    expect(other.allowCredentials).not.toEqual(unknown.allowCredentials);
  });

  it('need not be given, and then no passkeys are listed', async () => {
    expect((await visit().passkeyOptions()).allowCredentials).toEqual([]);
  });
});

describe('a new passkey', () => {
  it.each<[string, Deviation]>([
    ['on another origin', { origin: 'https://attacker.example' }],
    ['in a frame of a foreign page', { crossOrigin: true }],
    ['without the device recognising its owner', { userVerified: false }],
    ['for another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['for another domain', { rpId: 'attacker.example' }],
  ])('is not made %s', async (_, deviation) => {
    const visitor = visit();
    await visitor.join(`Newcomer ${_}`);
    const response = await visitor.addPasskey('Bad', deviation);
    expect(await response.json()).toMatchObject({ status: 400, code: 'new_passkey_refused' });
    expect(await visitor.json('GET', 'ways-in')).toMatchObject({ passkeys: [{ name: 'Passkey' }] });
  });

  it('does not take over the id of somebody else’s', async () => {
    const victim = visit();
    const { id } = await victim.join('Fay');
    const credentialId = victim.authenticator.credentials[0]?.id ?? '';
    const thief = visit();
    await thief.join('Thief');
    expect(await (await thief.addPasskey('Mine', { credentialId })).json()).toMatchObject({
      code: 'new_passkey_refused',
    });
    expect((await thief.signInByPasskey({}, { credentialId })).status).toBe(401);
    await victim.signInByPasskey();
    expect(await victim.session()).toMatchObject({ person: { id } });
  });

  it('is not added to whoever signed in meanwhile', async () => {
    const shared = visit();
    await shared.join('First of Two');
    const { options } = await shared.json<{ options: Parameters<Authenticator['create']>[0] }>(
      'POST',
      'passkeys/registration/options',
    );
    const credential = new Authenticator().create(options);
    const second = visit();
    await second.join('Second of Two');
    shared.cookies.set('visavox_session', second.cookies.get('visavox_session') ?? '');
    const response = await shared.send('POST', 'passkeys/registration/verify', {
      credential,
      name: 'Theirs',
    });
    expect(response.status).toBe(401);
    expect(await shared.json('GET', 'ways-in')).toMatchObject({ passkeys: [{ name: 'Passkey' }] });
  });

  it('wants that it was shown lately who this is', async () => {
    const gil = visit();
    await gil.join('Gil');
    server.advance(11 * 60);
    expect(await (await gil.addPasskey()).json()).toMatchObject({ status: 403, code: 'step_up_required' });
    await gil.signInByPasskey();
    expect((await gil.addPasskey()).status).toBe(201);
  });

  it('is one of twenty at most', async () => {
    const hana = visit();
    await hana.join('Hana');
    for (let count = 1; count < 20; count++) expect((await hana.addPasskey()).status).toBe(201);
    expect(await (await hana.addPasskey()).json()).toMatchObject({ code: 'too_many_passkeys' });
  });
});

describe('a body is refused', () => {
  const good = { name: 'Key' };
  it.each([
    ['without anything', {}],
    ['without a credential', good],
    ['with a credential of another kind', { ...good, credential: { id: 'a', rawId: 'a', type: 'password' } }],
    ['with a name that is too long', { ...good, name: 'n'.repeat(61) }],
    ['with a name of characters that cannot be seen', { ...good, name: 'a\u202eb' }],
    [
      'with an id that is too long',
      { ...good, credential: { id: 'a'.repeat(1365), rawId: 'a', type: 'public-key', response: {} } },
    ],
  ])('%s', async (_, body) => {
    const visitor = visit();
    await visitor.join(`Body ${_}`);
    for (const path of ['passkeys/registration/verify', 'passkeys/authentication/verify'])
      expect(await (await visitor.send('POST', path, body)).json()).toMatchObject({
        status: 400,
        code: 'request_invalid',
      });
  });

  it('of nonsense in the right places', async () => {
    const visitor = visit();
    await visitor.passkeyOptions();
    const credential = {
      ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key' },
      response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
    };
    const response = await visitor.send('POST', 'passkeys/authentication/verify', { credential });
    expect(await response.json()).toMatchObject({ status: 401, code: 'passkey_refused' });
  });
});
