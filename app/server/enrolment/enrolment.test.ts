import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  addFrames,
  answer,
  asOperator,
  enrol,
  enrolLive,
  enrolmentChallenge,
  enrolmentForm,
  liveEnrolment,
  request,
  type Visitor,
  visitor,
} from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
let cleo: Visitor;
let dan: Visitor;

beforeAll(async () => {
  server = await startTestServer();
  [ada, ben, cleo, dan] = [await visitor(0), await visitor(1), await visitor(2), await visitor(3)];
});
afterAll(() => server.close());

/** Turns the head and says the digits that are asked for. */
const visit = async (who: Visitor, as: string) => (await answer(server, { as, by: who })).json();

const post = (body: FormData, cookie: string) => request(server, '/api/v1/people', body, { cookie });
const people = async () => (await (await server.get('/api/v1/people')).json()).people;

describe('a live enrolment', () => {
  it('takes somebody who turns the head and says the digits', async () => {
    const response = await enrolLive(server, ada);
    expect(response.status).toBe(201);
    expect(Object.keys(await response.json()).sort()).toEqual(['enrolledAt', 'id', 'name', 'samples']);
    expect(await people()).toMatchObject([{ name: ada.name, state: 'active', verified: true, review: [] }]);
    expect(await visit(ada, ada.name)).toMatchObject({ decision: 'accept' });
  });

  let before: Record<string, number>;
  beforeEach(async () => {
    before = await server.census();
  });
  const kept = async () => {
    const { enrolment_challenges: _, ...rest } = await server.census();
    return rest;
  };
  async function expectRefusal(response: Response, status: number, code: string) {
    expect(await response.json()).toMatchObject({ status, code, action: expect.stringMatching(/\w{4}/) });
    const { enrolment_challenges: _, ...rest } = before;
    expect(await kept()).toEqual(rest);
  }

  it('is refused from recordings alone, unless an operator sends them', async () => {
    await expectRefusal(await post(enrolmentForm(ben), ''), 401, 'challenge_missing');
  });

  it('is refused where the head never turned, or the other way round', async () => {
    const asked = await enrolmentChallenge(server);
    const still = await liveEnrolment(ben, { ...asked, turns: [] });
    await expectRefusal(await post(still, asked.cookie), 400, 'turn_not_seen');
    const other = await liveEnrolment(ben, { ...asked, turns: asked.turns.toReversed() });
    await expectRefusal(await post(other, asked.cookie), 400, 'turn_not_seen');
  });

  it('is refused where other digits were said, or none', async () => {
    const asked = await enrolmentChallenge(server);
    const others = asked.prompts.map((digits) => [...digits].reverse().join(''));
    const said = await liveEnrolment(ben, { ...asked, prompts: [others[2]!, others[0]!, others[1]!] });
    await expectRefusal(await post(said, asked.cookie), 400, 'digits_not_heard');
  });

  it('is refused where another face turned than is in the pictures', async () => {
    const asked = await enrolmentChallenge(server);
    const body = await liveEnrolment(ben, asked);
    const others = await liveEnrolment(cleo, asked);
    body.delete('frame');
    for (const frame of others.getAll('frame')) body.append('frame', frame);
    await expectRefusal(await post(body, asked.cookie), 400, 'more_than_one_person');
  });

  it.each([
    ['without pictures of the turns', [], [], 400, 'frames_missing'],
    ['with fewer than say anything', [1, 2, 3], [0, 100, 200], 400, 'frames_missing'],
    ['with times that run backwards', [1, 2], [100, 0], 400, 'burst_invalid'],
    ['with one time too few', [1, 2], [0], 400, 'burst_invalid'],
    ['with more of them than are looked at', Array(81).fill(1), [...Array(81).keys()], 400, 'burst_invalid'],
  ])('is refused %s', async (_, frames, times, status, code) => {
    const asked = await enrolmentChallenge(server);
    const body = enrolmentForm(ben, { challenge: asked.id });
    if (frames.length > 0)
      addFrames(
        body,
        frames.map(() => ben.faces[0]!),
        times,
      );
    await expectRefusal(await post(body, asked.cookie), status, code);
  });

  it('is refused to another visitor than asked, a second late, and a second time', async () => {
    const asked = await enrolmentChallenge(server);
    const other = await enrolmentChallenge(server);
    const body = await liveEnrolment(ben, asked);
    await expectRefusal(await post(body, other.cookie), 404, 'challenge_unknown');
    server.advance(601);
    await expectRefusal(await post(body, asked.cookie), 410, 'challenge_expired');
    server.advance(-601);
    expect((await post(body, asked.cookie)).status).toBe(201);
    before = await server.census();
    const again = await liveEnrolment({ ...dan, faces: cleo.faces }, asked);
    await expectRefusal(await post(again, asked.cookie), 409, 'challenge_used');
  });

  it('answers the same person when the request is repeated with its key, and not twice at once', async () => {
    const asked = await enrolmentChallenge(server);
    const body = await liveEnrolment(cleo, asked);
    const send = () =>
      request(server, '/api/v1/people', body, { cookie: asked.cookie, 'idempotency-key': 'cleo-enrols' });
    const answers = [...(await Promise.all([send(), send()])), await send()];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const ids = await Promise.all(answers.map(async (answer) => (await answer.json()).id));
    expect(new Set(ids).size).toBe(1);
  });
});

describe('who is enrolled already', () => {
  /** Other recordings of somebody under another name. */
  const again = (who: Visitor, name: string, shots: readonly number[]): Promise<Visitor> =>
    Promise.all(shots.map((shot) => who.person.face(shot))).then((faces) => ({ ...who, name, faces }));

  it('is found under another name, told nothing of it, and cannot sign in', async () => {
    const twin = await again(ada, 'Somebody Else', [21, 22, 23]);
    const response = await enrolLive(server, twin);
    expect(response.status).toBe(201);
    const answer = await response.json();
    expect(Object.keys(answer).sort()).toEqual(['enrolledAt', 'id', 'name', 'samples']);
    const found = (await people()).find(({ id }: { id: string }) => id === answer.id);
    expect(found).toMatchObject({
      state: 'pending',
      review: [{ reason: 'face', match: { name: ada.name } }],
    });
    expect(await visit(ada, 'Somebody Else')).toMatchObject({ decision: 'reject', person: null });
  });

  it('is refused with recordings that were sent before, under whatever name', async () => {
    const before = await server.census();
    const response = await enrol(server, {
      ...ada,
      name: 'Another Name',
      voices: dan.voices,
      faces: ada.faces,
    });
    expect(await response.json()).toMatchObject({ status: 409, code: 'recording_known' });
    expect(await server.census()).toEqual(before);
  });

  it.each([
    ['the same name', 8, (name: string) => ` ${name.toUpperCase()} `],
    ['a name that looks the same', 9, (name: string) => name.replace('a', 'а')],
  ])('waits for an operator under %s', async (_, index, rename) => {
    const response = await enrolLive(server, { ...(await visitor(index)), name: rename(ada.name) });
    expect(response.status).toBe(201);
    const { id } = await response.json();
    const found = (await people()).find((one: { id: string }) => one.id === id);
    expect(found.review[0]).toMatchObject({ reason: 'name', match: { name: ada.name } });
    // The name still is Ada's.
    expect(await visit(ada, rename(ada.name))).toMatchObject({
      decision: 'accept',
      person: { name: ada.name },
    });
  });

  it('does not count for the next training, and is not trained on', async () => {
    const { trainingData } = server.services;
    const active = (await people()).filter(({ state }: { state: string }) => state === 'active');
    expect(active.length).toBeLessThan((await people()).length);
    expect((await trainingData.countNew(null)).people).toBe(active.length);
    const labels = (await trainingData.snapshot()).manifest.items.map(({ labels }) => labels.person);
    expect(new Set(labels)).toEqual(new Set(active.map(({ id }: { id: string }) => id)));
  });
});

describe('an operator', () => {
  const review = (id: string, body: unknown, headers: Record<string, string> = asOperator) =>
    server.app.request(`/api/v1/people/${id}/review`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const pending = async (reason: string) =>
    (await people()).find(
      (one: { state: string; review: { reason: string }[] }) =>
        one.state === 'pending' && one.review[0]?.reason === reason,
    );

  it('gives somebody who has a name of their own another one, and lets them sign in', async () => {
    const { id } = await pending('name');
    expect((await review(id, { decision: 'approve' }, {})).status).toBe(401);
    expect(await (await review(id, { decision: 'approve' })).json()).toMatchObject({ code: 'name_taken' });
    const approved = await review(id, { decision: 'approve', name: 'Eve Elm' });
    expect(await approved.json()).toMatchObject({ person: { name: 'Eve Elm', state: 'active', review: [] } });
    expect(await visit(await visitor(8), 'eve elm')).toMatchObject({ decision: 'accept' });
    expect(await (await review(id, { decision: 'reject' })).json()).toMatchObject({ code: 'not_pending' });
  });

  it('makes one of two who are one: the recordings are learned from, the template stays', async () => {
    const { id, review: findings } = await pending('face');
    const into = findings[0].match.id;
    const before = await server.services.people.get(into);
    expect((await review(id, { decision: 'merge', into: 'nobody' })).status).toBe(404);
    expect((await review(id, { decision: 'merge', into })).status).toBe(200);
    const after = await server.services.people.get(into);
    expect(after.samples.face).toBe(before.samples.face + 3);
    expect((await review(id, { decision: 'merge', into })).status).toBe(404);
  });

  it('erases somebody who is nobody', async () => {
    const { id } = await pending('name');
    expect(await (await review(id, { decision: 'reject' })).json()).toEqual({ person: null });
    expect((await server.get(`/api/v1/people/${id}`)).status).toBe(404);
  });
});
