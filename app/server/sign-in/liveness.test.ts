import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  answer,
  answerForm,
  type Claim,
  enrol,
  enrolmentForm,
  newChallenge,
  type Visitor,
  visitor,
} from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;

beforeAll(async () => {
  server = await startTestServer();
  ada = await visitor(0);
  await enrol(server, ada);
});
afterAll(() => server.close());

const others = (asked: string) => asked.replace(/./g, (digit) => String((Number(digit) + 3) % 10));

/** What operators see of the newest attempt, and what was answered. */
async function judged(response: Response) {
  const told = await response.json();
  const [kept] = await server.services.attempts.list({ limit: 1 });
  expect(kept?.id).toBe(told.id);
  return { told, reasons: kept?.reasons };
}

/** Ada, whose answer is changed before it is sent. */
async function changed(
  change: (film: Awaited<ReturnType<Visitor['film']>>) => Awaited<ReturnType<Visitor['film']>>,
  claim: Partial<Claim> & { turn?: 'left' | 'right' | 'as asked' } = {},
) {
  const challenge = await newChallenge(server, ada.name);
  const turn = claim.turn && claim.turn !== 'as asked' ? claim.turn : challenge.turn;
  const film = change(await ada.film(challenge.digits, turn));
  const body = answerForm({ name: ada.name, challenge: challenge.id }, ada, film);
  return judged(await server.app.request('/api/v1/attempts', { method: 'POST', body }));
}

it('lets in who is there and says the digits', async () => {
  expect((await judged(await answer(server, { as: ada.name, by: ada }))).told).toMatchObject({
    decision: 'accept',
    reasons: [],
  });
});

describe('what is refused in one and the same way, and told to operators', () => {
  const refusal = {
    decision: 'reject',
    person: null,
    reasons: ['not_recognised'],
    otherWays: ['passkey', 'recovery_code', 'operator_code'],
  };

  it('other digits', async () => {
    const { told, reasons } = await judged(await answer(server, { as: ada.name, by: ada, say: others }));
    expect(told).toMatchObject(refusal);
    expect(reasons).toEqual(['digits_differ']);
  });
  it('a still picture', async () => {
    const { told, reasons } = await changed((film) => ({
      ...film,
      frames: film.frames.map(() => film.frames[film.frames.length >> 1] ?? new Uint8Array()),
    }));
    expect(told).toMatchObject(refusal);
    expect(reasons).toContain('lips_differ');
    expect(reasons).toContain('head_not_turned');
  });
  it('an answer that was given before, from a loudspeaker as well', async () => {
    const challenge = await newChallenge(server, ada.name);
    const film = await ada.film(challenge.digits, challenge.turn);
    const send = async (id: string) =>
      judged(
        await server.app.request('/api/v1/attempts', {
          method: 'POST',
          body: answerForm({ name: ada.name, challenge: id }, ada, film),
        }),
      );
    expect((await send(challenge.id)).told).toMatchObject({ decision: 'accept' });
    const again = await send((await newChallenge(server, ada.name)).id);
    expect(again.told).toMatchObject(refusal);
    expect(again.reasons).toContain('replayed');
  });
  it('somebody else before the camera', async () => {
    const ben = await visitor(1);
    const { told, reasons } = await judged(await answer(server, { as: ada.name, by: ben }));
    expect(told).toMatchObject(refusal);
    expect(reasons).toContain('evidence_too_weak');
  });
  it('a name that nobody has', async () => {
    const { told, reasons } = await judged(await answer(server, { as: 'Nobody', by: ada }));
    expect(told).toMatchObject(refusal);
    expect(reasons).toContain('unknown_name');
  });
});

describe('digits', () => {
  it('are what every recording says, or the enrolment is refused', async () => {
    const body = enrolmentForm({ ...ada, name: 'Bea' }, { prompts: '0123,4567' });
    const response = await server.app.request('/api/v1/people', { method: 'POST', body });
    expect(await response.json()).toMatchObject({ status: 400, code: 'request_invalid' });
  });
  it('are more where no turn of the head is asked for', async () => {
    expect((await newChallenge(server, ada.name)).digits).toHaveLength(4);
    expect(await newChallenge(server, ada.name, { withoutTurn: true })).toMatchObject({
      digits: expect.stringMatching(/^\d{6}$/),
      turn: null,
    });
  });
});
