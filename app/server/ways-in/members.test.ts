import { putBundle } from '@visavox/core/bundle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment, modelName } from '../resources.ts';
import { Authenticator } from '../testing/authenticator.ts';
import { testBundle } from '../testing/test-bundle.ts';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import { Visit } from '../testing/visit.ts';
import { enrol, form, type Visitor, visitor } from '../testing/visitors.ts';
import { composeWaysIn } from './compose.ts';
import { relyingPartyAt } from './relying-party.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
beforeAll(async () => {
  server = await startTestServer();
  [ada, ben] = [await visitor(0), await visitor(1)];
});
afterAll(() => server.close());

const operator = { authorization: `Bearer ${operatorToken}` };
const recordings = (who: Visitor) =>
  form({ consent: 'true', challenge: 'none' }, { face: who.faces, voice: who.voices });

/** Another version whose templates everybody has to get. */
async function release(version: number) {
  const { champion, releases, objects } = server.services;
  const next = {
    ...{ id: `version ${version}`, environment, model: modelName, version },
    bundle: await putBundle(objects, await testBundle(version)),
    stage: 'preparing' as const,
    ...{ reason: 'trained', createdAt: new Date().toISOString(), promotedAt: null },
  };
  await releases.create(next);
  await champion.prepare(next);
  await releases.promote(next.id, 'better');
  await champion.activate(next);
}

/** Somebody has to be rendered and looked at, frame by frame. */
const filmed = { timeout: 300_000 };

describe('a member without face and voice', () => {
  it('is listed, traced, released around, and forgotten like everybody', async () => {
    const cleo = new Visit(server);
    const before = await server.census();
    const { id } = await cleo.join('Cleo');
    await cleo.send('POST', 'recovery-codes');
    const { people } = await (await server.get('/api/v1/people')).json();
    expect(people).toEqual([
      {
        ...{ id, name: 'Cleo', enrolledAt: expect.any(String), samples: { face: 0, voice: 0 } },
        waysIn: { passkeys: 1, recoveryCodes: 10 },
      },
    ]);
    expect(await (await server.get(`/api/v1/trace/person/${id}`)).json()).toEqual({
      nodes: [{ kind: 'person', id, label: 'Cleo' }],
      edges: [],
    });
    await expect(server.services.trainingData.snapshot()).rejects.toMatchObject({ code: 'no_samples' });
    await release(2);
    expect(await cleo.json('GET', `people/${id}`)).toMatchObject({ name: 'Cleo' });
    server.advance(10 * 60 + 1);
    expect(await (await cleo.send('DELETE', `people/${id}`)).json()).toMatchObject({
      code: 'step_up_required',
    });
    await cleo.signInByPasskey();
    expect((await cleo.send('DELETE', `people/${id}`)).status).toBe(204);
    expect((await cleo.signInByPasskey()).status).toBe(401);
    const left = await server.census();
    for (const table of ['people', 'passkeys', 'sign_in_codes', 'devices', 'sessions', 'enrolment_tickets'])
      expect(left[table], table).toBe(before[table]);
    const { events } = await (await server.get('/api/v1/access-events')).json();
    expect(JSON.stringify(events)).not.toMatch(/Cleo/);
  });

  it(
    'cannot be signed in by face and voice, and that looks like a name that nobody has',
    filmed,
    async () => {
      await new Visit(server).join('Dan');
      const answers = [];
      for (const name of ['Dan', 'Nobody']) {
        const response = await new Visit(server).showFaceAndVoice(ada, name);
        // What the device measured of each film is its own.
        const { id, hints, ...answer } = await response.json();
        answers.push({ status: response.status, ...answer });
      }
      expect(answers[0]).toMatchObject({ status: 200, decision: 'reject' });
      expect(answers[0]).toEqual(answers[1]);
      const [, ofDan] = await server.services.attempts.list({ limit: 2 });
      expect(ofDan?.reasons).toContain('no_face_and_voice');
    },
  );

  it('takes a name that somebody has, and learns nothing but that the passkey opens nothing', async () => {
    const eva = new Visit(server);
    await eva.join('Eva');
    const second = new Visit(server);
    const joined = await second.join('eva');
    expect(Object.keys(joined).sort()).toEqual(['id', 'name']);
    expect(await second.json('POST', 'recovery-codes')).toMatchObject({ codes: expect.any(Array) });
    expect(await second.session()).toMatchObject({ person: null });
    expect((await eva.signInByPasskey({ name: 'Eva' })).status).toBe(200);
    expect(await eva.json('GET', 'ways-in')).toMatchObject({ passkeys: [{}], recoveryCodes: null });
    const { events } = await (await server.get('/api/v1/access-events?limit=20')).json();
    expect(events).toContainEqual(expect.objectContaining({ kind: 'joined' }));
  });

  it.each([
    ['no consent', { consent: false }, 'consent_missing'],
    ['no name', { name: '' }, 'name_missing'],
    ['a name that cannot be seen', { name: '\u200b' }, 'request_invalid'],
    ['a consent that is no word', { consent: 'yes' }, 'request_invalid'],
  ])('does not join with %s', async (_, change, code) => {
    const visit = new Visit(server);
    const { options } = await visit.json<{ options: Parameters<Visit['authenticator']['create']>[0] }>(
      'POST',
      'joining/options',
      { name: 'Finn' },
    );
    const credential = visit.authenticator.create(options);
    const member = { name: 'Finn', consent: true, credential, ...change };
    expect(await (await visit.send('POST', 'joining/verify', member)).json()).toMatchObject({
      status: 400,
      code,
    });
  });

  it('may be kept out by whoever decides who joins', async () => {
    const { db, sealer, recordings: kept, now } = server.services;
    const { joining } = composeWaysIn({
      ...{ db, sealer, recordings: kept, now, policy: 'face-and-voice' },
      mayJoin: async (_, { name, invitation, insert }) => {
        if (invitation !== 'from Cleo') throw new TypeError(`${name.key} is not invited`);
        await insert('active');
      },
      lift: async () => {},
      search: server.services.search,
    });
    const asking = { relyingParty: relyingPartyAt('http://localhost:4600'), visit: 'this one' };
    const join = async (invitation: string | undefined) => {
      const response = new Authenticator().create(await joining.options(asking, 'Gil'));
      return joining.join(asking, { name: 'Gil', consent: true, invitation, passkeyName: 'Key', response });
    };
    await expect(join(undefined)).rejects.toThrow('gil is not invited');
    const names = async () => (await server.services.people.list()).map(({ name }) => name);
    expect(await names()).not.toContain('Gil');
    await join('from Cleo');
    expect(await names()).toContain('Gil');
  });
});

describe('face and voice', () => {
  it('are added by a member later, and withdrawn again without leaving anything behind', filmed, async () => {
    const hana = new Visit(server);
    const { id } = await hana.join('Hana');
    const before = await server.census();
    const added = await hana.enrolFaceAndVoice(ada, id);
    expect(await added.json()).toMatchObject({ id, samples: { face: 3, voice: 3 } });
    const again = await hana.enrolFaceAndVoice(ada, id);
    expect(await again.json()).toMatchObject({ status: 409, code: 'face_and_voice_enrolled' });
    const entry = new Visit(server);
    expect(await (await entry.showFaceAndVoice(ada, 'Hana')).json()).toMatchObject({ decision: 'accept' });
    await entry.send('DELETE', 'session');

    expect((await hana.send('DELETE', `people/${id}/face-and-voice`)).status).toBe(204);
    expect(await hana.session()).toMatchObject({ person: { id } });
    expect(await hana.json('GET', 'ways-in')).toMatchObject({ faceAndVoice: false, passkeys: [{}] });
    const after = await server.census();
    for (const table of [
      ...['samples', 'templates', 'spoken_digits', 'answers', 'attempt_recordings', 'recording_erasures'],
      ...['recording_intents', 'objects'],
    ])
      expect(after[table], table).toBe(before[table]);
    const evidence = await server.services.db
      .selectFrom('attempts')
      .select('id')
      .where('person', '=', id)
      .where('evidence', 'is not', null)
      .execute();
    expect(evidence).toEqual([]);
    expect(await (await hana.send('DELETE', `people/${id}/face-and-voice`)).json()).toMatchObject({
      code: 'face_and_voice_missing',
    });
    const { consent } = await server.services.db
      .selectFrom('people')
      .select('consent')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    expect(consent).toBe('membership/1');
  });

  it('are not withdrawn as the last way in without saying so', async () => {
    const visit = new Visit(server);
    const { id } = await visit.enrolAs(ben);
    await visit.enterByFaceAndVoice({ id, name: ben.name });
    const path = `people/${id}/face-and-voice`;
    expect(await (await visit.send('DELETE', path)).json()).toMatchObject({
      status: 409,
      code: 'last_way_in',
    });
    await visit.send('POST', 'recovery-codes');
    expect((await visit.send('DELETE', path)).status).toBe(204);
  });

  it('that an attempt wrote while its person withdrew go with the next sweep', filmed, async () => {
    const ida = { ...(await visitor(2)), name: 'Ida' };
    const { id } = await (await enrol(server, ida)).json();
    const { db, waysIn } = server.services;
    await db.deleteFrom('samples').where('person', '=', id).execute();
    await waysIn.sweep();
    for (const table of ['templates', 'answers', 'spoken_digits'] as const)
      expect(await db.selectFrom(table).select('person').where('person', '=', id).execute()).toEqual([]);
    await server.services.people.forget(id);
  });

  it('are added by nobody else, nor without consent', async () => {
    const jon = new Visit(server);
    const { id } = await jon.join('Jon');
    const path = `people/${id}/face-and-voice`;
    const other = new Visit(server);
    await other.join('Kim');
    expect((await other.send('POST', path, recordings(ada))).status).toBe(403);
    const byOperator = await server.app.request(`/api/v1/${path}`, {
      ...{ method: 'POST', headers: operator, body: recordings(ada) },
    });
    expect(byOperator.status).toBe(401);
    const without = form({ consent: 'false', challenge: 'none' }, { face: ada.faces, voice: ada.voices });
    expect(await (await jon.send('POST', path, without)).json()).toMatchObject({ code: 'consent_missing' });
    expect(await jon.json('GET', `people/${id}`)).toMatchObject({ samples: { face: 0, voice: 0 } });
  });
});

describe('who has just enrolled', () => {
  it('adds a passkey and codes at once, and nothing else', async () => {
    const lena = { ...(await visitor(3)), name: 'Lena' };
    const visit = new Visit(server);
    const { id } = await visit.enrolAs(lena);
    expect(await visit.session()).toMatchObject({ person: null });
    expect((await visit.send('GET', 'ways-in')).status).toBe(401);
    expect((await visit.send('GET', `people/${id}`)).status).toBe(401);
    expect((await visit.addPasskey()).status).toBe(201);
    expect((await visit.send('POST', 'recovery-codes')).status).toBe(201);
    await visit.signInByPasskey();
    expect(await visit.session()).toMatchObject({ person: { id, name: 'Lena' } });
    expect(await visit.json('GET', 'ways-in')).toMatchObject({
      ...{ passkeys: [{ name: 'Telephone' }], recoveryCodes: { left: 10 }, faceAndVoice: true },
    });
    const late = new Visit(server);
    late.cookies.set('visavox_enrolled', visit.cookies.get('visavox_enrolled') ?? '');
    server.advance(15 * 60 + 1);
    expect((await late.addPasskey()).status).toBe(401);
  });
});
