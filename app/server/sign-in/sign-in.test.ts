import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sealer } from '../sealing.ts';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  answer,
  answerForm,
  asOperator,
  enrol,
  enrolMeasured,
  form,
  measure,
  newChallenge,
  request,
  type Visitor,
  visitor,
} from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
/** Not enrolled. */
let intruder: Visitor;
/** Enrolled by some of the tests. */
let others: Visitor[];
let adaId: string;

beforeAll(async () => {
  server = await startTestServer();
  [ada, ben, intruder] = [await visitor(0), await visitor(1), await visitor(2)];
  others = [await visitor(3), await visitor(4), await visitor(5), await visitor(6)];
});
afterAll(() => server.close());

const sessionCookie = (response: Response) =>
  response.headers.getSetCookie().find((cookie) => cookie.startsWith('visavox_session='));
const cookieOf = (response: Response) => sessionCookie(response)?.split(';')[0] ?? '';

/** Whose seconds may have the digits of a score. */
const TIMES = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

describe('enrolment', () => {
  it('makes a person recognisable the moment it answers, and nobody else', async () => {
    const enrolled = await enrol(server, ada);
    expect(enrolled.status).toBe(201);
    const person = await enrolled.json();
    expect(person).toMatchObject({ name: ada.name, samples: { face: 3, voice: 3 } });
    adaId = person.id;

    const own = await answer(server, { as: ada.name.toUpperCase(), by: ada });
    expect(await own.json()).toMatchObject({
      decision: 'accept',
      person: { id: adaId, name: ada.name },
      servedBy: { model: 'recogniser', version: 1 },
      reasons: [],
    });
    const foreign = await answer(server, { as: ada.name, by: ben });
    expect(await foreign.json()).toMatchObject({ decision: 'reject', person: null });
    expect(sessionCookie(foreign)).toBeUndefined();
  });

  it('answers the same person when a request is repeated with its key, also at once', async () => {
    const headers = { 'idempotency-key': 'enrolment-of-ben-1' };
    const answers = await Promise.all([enrol(server, ben, headers), enrol(server, ben, headers)]);
    const later = await enrol(server, ben, headers);
    const ids = await Promise.all([...answers, later].map(async (answer) => (await answer.json()).id));
    expect(new Set(ids).size).toBe(1);

    const other = await enrol(server, { ...ben, name: 'Another Ben' }, headers);
    expect(await other.json()).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  });

  it('lets one of two sign in who enrol under one name at once', async () => {
    const [clara, rival] = [
      { ...others[0]!, name: 'Clara' },
      { ...others[1]!, name: 'clara' },
    ];
    const enrolled = await Promise.all([enrol(server, clara), enrol(server, rival)]);
    const states = await Promise.all(enrolled.map(async (response) => (await response.json()).state));
    expect(states.sort()).toEqual(['active', 'pending']);
  });

  it('from recordings alone gives nobody a session, before digits were said at a visit', async () => {
    const who = others[3]!;
    const { id } = await (await enrolMeasured(server, who)).json();
    const attempt = await answer(server, { as: who.name, by: who });
    expect(await attempt.json()).toMatchObject({ decision: 'reject', person: null });
    expect(sessionCookie(attempt)).toBeUndefined();
    const [kept] = await server.services.attempts.list({ limit: 1, person: id });
    expect(kept?.reasons).toContain('not_verified');
    expect(await (await measure(server, { as: who.name, probe: who.probe })).json()).toMatchObject({
      decision: 'accept',
    });
  });
});

describe('a challenge', () => {
  const asked = (name: string, headers: Record<string, string> = {}) =>
    server.app.request('/api/v1/challenges', {
      method: 'POST',
      body: JSON.stringify({ name }),
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('is good for one attempt, also when two use it at once', async () => {
    const challenge = await newChallenge(server, ada.name);
    const attempts = await Promise.all(
      [1, 2].map(() => measure(server, { as: ada.name, probe: ada.probe, challenge })),
    );
    expect(attempts.map((attempt) => attempt.status).sort()).toEqual([200, 409]);
  });

  it('is asked for by name, and looks the same for a name that nobody has', async () => {
    expect((await asked('')).status).toBe(400);
    const [known, unknown] = [await asked(ben.name), await asked('Nobody of this name')];
    const shape = async (response: Response) => Object.keys(await response.json());
    expect(unknown.status).toBe(known.status);
    expect(await shape(unknown)).toEqual(await shape(known));
  });

  it('is answered by the browser that it was given to', async () => {
    const challenge = await newChallenge(server, ada.name);
    const headers = { cookie: 'visavox_visit=of-another-browser' };
    const foreign = await answer(server, { as: ada.name, by: ada, challenge, headers });
    expect(await foreign.json()).toMatchObject({ status: 404, code: 'challenge_unknown' });
  });

  it('is not given over and over until its digits suit', async () => {
    const given = [];
    for (let time = 0; time < 4; time++) given.push((await asked('Somebody Wanted')).status);
    expect(given).toEqual([201, 201, 201, 429]);
    server.advance(121);
    expect((await asked('Somebody Wanted')).status).toBe(201);
  });
});

describe('what is told of an attempt', () => {
  it('is a decision and never a score', async () => {
    server.logged.length = 0;
    const own = await measure(server, { as: ada.name, probe: ada.probe });
    const foreign = await measure(server, { as: ada.name, probe: ben.probe });
    const bodies = [
      await own.text(),
      await foreign.text(),
      await (await server.get('/api/v1/attempts')).text(),
    ];

    const sealer = new Sealer(Buffer.alloc(32, 7));
    const rows = await server.services.db.selectFrom('attempts').selectAll().execute();
    for (const row of rows) {
      if (!row.evidence) continue;
      const evidence = JSON.parse(Buffer.from(sealer.open(row.evidence, `attempt ${row.id}`)).toString());
      expect(evidence).toMatchObject({ face: expect.any(Number), fused: expect.any(Number) });
      for (const score of Object.values(evidence).filter((value) => typeof value === 'number'))
        for (const told of [...bodies, ...server.logged])
          expect(told.replace(TIMES, '')).not.toContain(score.toFixed(3));
    }
    for (const body of bodies.slice(0, 2)) expect(body).not.toMatch(/-?\d+\.\d+/);
  });

  it('is the same for whoever is not recognised and for a name that nobody has', async () => {
    const told = async (as: string) => {
      const { id, ...rest } = await (await measure(server, { as, probe: intruder.probe })).json();
      return { idLength: id.length, ...rest };
    };
    expect(await told('Nobody of this name')).toEqual(await told(ada.name));
  });
});

describe('a session', () => {
  it('begins with an accepted answer and ends on request', async () => {
    const accepted = await answer(server, { as: ada.name, by: ada });
    expect(sessionCookie(accepted)).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = cookieOf(accepted);
    const session = () => server.app.request('/api/v1/session', { headers: { cookie } });
    expect(await (await session()).json()).toMatchObject({
      person: { id: adaId, name: ada.name },
      operator: false,
      amr: ['face', 'vbm'],
    });

    const own = await server.app.request(`/api/v1/people/${adaId}`, { headers: { cookie } });
    expect(own.status).toBe(200);
    const others = await server.app.request('/api/v1/people', { headers: { cookie } });
    expect(await others.json()).toMatchObject({ status: 403, code: 'forbidden' });

    await server.app.request('/api/v1/session', { method: 'DELETE', headers: { cookie } });
    expect(await (await session()).json()).toMatchObject({ person: null, operator: false, amr: [] });
  });

  it('never comes of recordings that an operator measures', async () => {
    const measured = await measure(server, { as: ada.name, probe: ada.probe });
    expect(await measured.clone().json()).toMatchObject({ decision: 'accept', measured: true });
    expect(sessionCookie(measured)).toBeUndefined();
  });
});

describe('feedback', () => {
  const say = (id: string, outcome: string, headers: Record<string, string>) =>
    server.app.request(`/api/v1/attempts/${id}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ outcome }),
    });
  const operator = { authorization: `Bearer ${operatorToken}` };

  it('makes samples of a genuine attempt once somebody independent says so, and once only', async () => {
    const attempt = await answer(server, { as: ada.name, by: ada });
    const { id } = await attempt.json();
    const before = await server.services.people.get(adaId);
    const own = await say(id, 'genuine', { cookie: cookieOf(attempt) });
    expect(await own.json()).toMatchObject({ outcome: 'genuine', samples: 0 });
    expect(await server.services.people.get(adaId)).toEqual(before);
    expect(await (await say(id, 'genuine', operator)).json()).toMatchObject({ samples: 3 });
    expect(await (await say(id, 'genuine', operator)).json()).toMatchObject({ samples: 3 });
    const after = await server.services.people.get(adaId);
    expect(after.samples.face - before.samples.face).toBe(2);
    expect(await (await say(id, 'impostor', operator)).json()).toMatchObject({ code: 'feedback_given' });
  });

  it('counts in a session that began with another factor, and not in one that the face began', async () => {
    const { id } = await (await answer(server, { as: ada.name, by: ada })).json();
    const { attempts } = server.services;
    const by = (amr: string[]) => ({ person: adaId, operator: false, amr });
    expect(await attempts.feedback(id, 'genuine', by(['face', 'vbm', 'mfa']))).toEqual({ samples: 0 });
    // The voice; the pictures are the person's already.
    expect(await attempts.feedback(id, 'genuine', by(['hwk', 'user']))).toEqual({ samples: 1 });
  });

  it('of a rejected attempt teaches nothing, whoever gives it', async () => {
    const rejected = await measure(server, { as: ada.name, probe: intruder.probe });
    const { id, decision } = await rejected.json();
    expect(decision).toBe('reject');
    const before = await server.services.people.get(adaId);
    expect(await (await say(id, 'genuine', operator)).json()).toMatchObject({ samples: 0 });
    expect(await server.services.people.get(adaId)).toEqual(before);
  });

  it('of an operator wins over what was said in the session that the attempt began', async () => {
    const attempt = await answer(server, { as: ada.name, by: ada });
    const { id } = await attempt.json();
    expect((await say(id, 'genuine', { cookie: cookieOf(attempt) })).status).toBe(200);
    expect(await (await say(id, 'impostor', operator)).json()).toMatchObject({ samples: 0 });
    expect(await (await say(id, 'genuine', operator)).json()).toMatchObject({ code: 'feedback_given' });
  });

  it('erases the recordings of an impostor', async () => {
    const attempt = await measure(server, { as: ada.name, probe: ada.probe });
    const before = (await server.census()).objects ?? 0;
    expect((await say((await attempt.json()).id, 'impostor', operator)).status).toBe(200);
    expect((await server.census()).objects).toBeLessThan(before);
  });

  it('is for the person and for operators alone', async () => {
    const ofBen = await measure(server, { as: ben.name, probe: ben.probe });
    const ofAda = await answer(server, { as: ada.name, by: ada });
    const { id } = await ofBen.json();
    expect((await say(id, 'genuine', {})).status).toBe(401);
    const foreign = await say(id, 'genuine', { cookie: cookieOf(ofAda) });
    expect(await foreign.json()).toMatchObject({ status: 403, code: 'not_your_attempt' });
  });
});

describe('recordings of attempts', () => {
  it('are given up when nobody confirmed them in time', async () => {
    await measure(server, { as: ben.name, probe: ben.probe });
    const waiting = await server.census();
    expect(waiting.attempt_recordings).toBeGreaterThan(0);
    await server.services.recordings.expire(new Date(Date.now() + 26 * 3_600_000));
    const after = await server.census();
    expect(after).toMatchObject({ attempt_recordings: 0, recording_erasures: 0 });
    expect(after.objects).toBeLessThan(waiting.objects ?? 0);
    expect(after.attempts).toBe(waiting.attempts);
  });

  it('of whoever was refused are erased at once, also of names that nobody has', async () => {
    const before = await server.census();
    await measure(server, { as: ada.name, probe: intruder.probe });
    await measure(server, { as: 'Nobody of this name', probe: intruder.probe });
    const { attempt_recordings, objects } = await server.census();
    expect({ attempt_recordings, objects }).toEqual({
      attempt_recordings: before.attempt_recordings,
      objects: before.objects,
    });
  });
});

it('makes whoever fails again and again wait, on a name that nobody has as well', async () => {
  const film = await intruder.film('1234', 'left');
  for (const as of [ben.name, 'Nobody at all']) {
    const statuses: number[] = [];
    for (let count = 0; count < 6; count++) {
      const challenge = await newChallenge(server, as);
      const body = answerForm({ name: as, challenge: challenge.id ?? '' }, intruder, film);
      const response = await server.app.request('/api/v1/attempts', { method: 'POST', body });
      statuses.push(challenge.id ? response.status : 429);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  }
  const refused = await server.app.request('/api/v1/challenges', {
    method: 'POST',
    body: JSON.stringify({ name: ben.name }),
    headers: { 'content-type': 'application/json' },
  });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toMatchObject({ code: 'too_many_requests' });
  server.advance(31);
  expect((await answer(server, { as: ben.name, by: ben })).status).toBe(200);
});

it('forgets a person without leaving anything behind', async () => {
  const dora = { ...intruder, name: 'Dora' };
  const before = await server.census();
  const { id } = await (await enrol(server, dora)).json();
  const attempt = await answer(server, { as: 'Dora', by: dora });
  const cookie = cookieOf(attempt);
  const forgotten = await server.app.request(`/api/v1/people/${id}`, {
    method: 'DELETE',
    headers: { cookie },
  });
  expect(forgotten.status).toBe(204);

  const after = await server.census();
  const { attempts = 0, challenges = 0, access_events: events = 0 } = before;
  expect(after).toEqual({
    ...before,
    access_events: events + 1,
    attempts: attempts + 1,
    challenges: challenges + 1,
  });
  expect(await server.services.attempts.list({ limit: 1 })).toMatchObject([{ person: null }]);
  const again = await server.app.request(`/api/v1/people/${id}`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer the-token-of-the-operator-in-these-tests' },
  });
  expect(again.status).toBe(404);
  const unknown = await measure(server, { as: 'Dora', probe: dora.probe });
  expect(await unknown.json()).toMatchObject({ decision: 'reject', person: null });
});

it('says whether a recording can be used, and keeps nothing', async () => {
  const before = await server.census();
  const check = (path: string, body: Uint8Array, type: string) =>
    server.app.request(`/api/v1/captures/${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Uint8Array.from(body),
    });
  const face = await check('face', ada.probe.faces[0] as Uint8Array, 'image/jpeg');
  expect(await face.json()).toMatchObject({
    ok: true,
    quality: { brightness: expect.any(Number) },
    hints: [],
  });
  const voice = await check('voice', ada.probe.voice, 'audio/wav');
  expect(await voice.json()).toMatchObject({ ok: true, quality: { speechSeconds: expect.any(Number) } });
  const nothing = await check('voice', new Uint8Array(), 'audio/wav');
  expect(await nothing.json()).toMatchObject({ status: 400, code: 'audio_unreadable' });
  expect(await server.census()).toEqual(before);
});

it('takes an upload apart in whatever order its parts come', async () => {
  const { voices: voice, faces: face } = others[2]!;
  const data = form({ name: 'Zoe' }, { voice, face });
  data.set('consent', 'true');
  const response = await request(server, '/api/v1/people', data, asOperator);
  expect(response.status).toBe(201);
});
