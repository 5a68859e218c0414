import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import { Visit } from '../testing/visit.ts';
import { measure, type Visitor, visitor } from '../testing/visitors.ts';

/** Somebody has to be rendered and looked at, frame by frame. */
const filmed = { timeout: 300_000 };

let ada: Visitor;
beforeAll(async () => {
  ada = await visitor(0);
});

async function enrolled(server: TestServer): Promise<{ visit: Visit; id: string }> {
  const visit = new Visit(server);
  const { id } = await visit.enrolAs(ada);
  return { visit, id };
}

const decisionOf = async (attempt: Promise<Response>): Promise<string> =>
  (await (await attempt).json()).decision;

describe('where each way is enough', () => {
  let server: TestServer;
  let visit: Visit;
  let id: string;
  beforeAll(async () => {
    server = await startTestServer();
    ({ visit, id } = await enrolled(server));
    await visit.addPasskey();
  });
  afterAll(() => server.close());

  it('the second way is added to what the session knows, in either order', filmed, async () => {
    await visit.signInByPasskey();
    expect(await visit.session()).toMatchObject({ person: { id }, amr: ['hwk'], next: null });
    expect(await decisionOf(visit.showFaceAndVoice(ada))).toBe('accept');
    expect(await visit.session()).toMatchObject({ person: { id }, amr: ['hwk', 'face', 'vbm'] });

    const other = new Visit(server, visit.authenticator);
    await other.enterByFaceAndVoice({ id, name: ada.name });
    await other.signInByPasskey();
    expect(await other.session()).toMatchObject({ amr: ['face', 'vbm', 'hwk'] });
  });

  it('nothing of one person’s session goes over to another’s', async () => {
    const shared = new Visit(server);
    await shared.join('Ben');
    await shared.enterByFaceAndVoice({ id, name: ada.name });
    expect(await shared.session()).toMatchObject({ person: { name: ada.name }, amr: ['face', 'vbm'] });
  });

  it('what was shown before does not make a session last longer', async () => {
    const long = new Visit(server, visit.authenticator);
    await long.signInByPasskey();
    for (let half = 0; half < 20; half++) {
      server.advance(30 * 60);
      await long.session();
    }
    await long.enterByFaceAndVoice({ id, name: ada.name });
    expect(await long.session()).toMatchObject({ amr: ['hwk', 'face', 'vbm'] });
    for (let half = 0; half < 23; half++) {
      server.advance(30 * 60);
      expect(await long.session()).toMatchObject({ person: { id } });
    }
    server.advance(30 * 60 + 1);
    expect(await long.session()).toMatchObject({ person: null });
  });

  it('an operator’s program measures, and no session comes of it', async () => {
    const response = await measure(server, { as: ada.name, probe: ada.probe });
    expect(await response.json()).toMatchObject({ decision: 'accept', measured: true });
    expect(response.headers.getSetCookie()).toEqual([]);
  });
});

describe('a passkey, then face and voice', () => {
  let server: TestServer;
  let visit: Visit;
  let person: { id: string; name: string };
  beforeAll(async () => {
    server = await startTestServer({ signInPolicy: 'passkey-then-face-and-voice' });
    const first = await enrolled(server);
    visit = first.visit;
    person = { id: first.id, name: ada.name };
  });
  afterAll(() => server.close());

  it('lets who has no passkey yet in with face and voice, to add one', async () => {
    const early = new Visit(server, visit.authenticator);
    await early.enterByFaceAndVoice(person);
    expect(await early.session()).toMatchObject({ person, next: null });
    expect((await early.addPasskey()).status).toBe(201);
    // Making it showed it.
    expect(await early.session()).toMatchObject({ person, amr: ['face', 'vbm', 'hwk'], next: null });
  });

  it('opens nothing after the passkey alone', filmed, async () => {
    const later = new Visit(server, visit.authenticator);
    expect(await (await later.signInByPasskey()).json()).toMatchObject({
      ...{ person: null, underway: person, next: 'face_and_voice' },
      policy: 'passkey-then-face-and-voice',
    });
    for (const path of ['ways-in', `people/${person.id}`])
      expect((await later.send('GET', path)).status).toBe(401);
    expect((await later.addPasskey()).status).toBe(401);
    expect(await decisionOf(later.showFaceAndVoice(ada))).toBe('accept');
    expect(await later.session()).toMatchObject({ person, amr: ['hwk', 'face', 'vbm'], next: null });
    expect((await later.send('GET', 'ways-in')).status).toBe(200);
  });

  it(
    'does not look at face and voice before it: the right ones are refused like others',
    filmed,
    async () => {
      const beside = new Visit(server);
      await beside.join('Stranger');
      expect(await beside.session()).toMatchObject({ person: { name: 'Stranger' }, next: null });
      const refused = await beside.showFaceAndVoice(ada);
      expect(await refused.json()).toMatchObject({ decision: 'reject', reasons: ['not_recognised'] });
      const [attempt] = await server.services.attempts.list({ limit: 1 });
      expect(attempt?.reasons).toEqual(['passkey_first']);
      expect(await beside.session()).toMatchObject({ person: { name: 'Stranger' } });
    },
  );

  it('waits ten minutes for the second step', async () => {
    const slow = new Visit(server, visit.authenticator);
    await slow.signInByPasskey();
    expect(await slow.session()).toMatchObject({ underway: person });
    server.advance(10 * 60 + 1);
    expect(await slow.session()).toMatchObject({ person: null, underway: null });
  });

  it('takes a code in the place of a passkey that is lost', async () => {
    const issued = await server.app.request(`/api/v1/people/${person.id}/code`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operatorToken}` },
    });
    const lost = new Visit(server);
    const { code } = await issued.json();
    const entry = await lost.send('POST', 'codes/sign-in', { name: ada.name, code });
    expect(await entry.json()).toMatchObject({ person: null, next: 'face_and_voice' });
    await lost.enterByFaceAndVoice(person);
    expect(await lost.session()).toMatchObject({ person, amr: ['otp', 'face', 'vbm'] });
    expect((await lost.addPasskey('New one')).status).toBe(201);
    expect(await lost.session()).toMatchObject({ person });
  });
});
