import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  asOperator,
  enrol,
  enrolmentForm,
  fullChallenge,
  prompts,
  request,
  signIn,
  type Visitor,
  visitor,
} from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;

const enrolWithPrompts = (who: Visitor, said: string) =>
  request(server, '/api/v1/people', enrolmentForm(who, { prompts: said }), asOperator);

beforeAll(async () => {
  server = await startTestServer();
  ada = await visitor(0);
});
afterAll(() => server.close());

/** Ada answers with these digits, `take` being how she says them. */
async function answer(digits: (asked: string) => string, take: number, headers = {}) {
  const challenge = await fullChallenge(server);
  const probe = { faces: ada.probe.faces, voice: ada.person.utterance(digits(challenge.digits), take) };
  const response = await signIn(server, { as: ada.name, probe, challenge: challenge.id, headers });
  return response.json();
}

const others = (asked: string) => asked.replace(/./g, (digit) => String((Number(digit) + 3) % 10));

describe('digits', () => {
  it('are what every recording says, or the enrolment is refused', async () => {
    const response = await enrolWithPrompts(ada, '0123,4567');
    expect(await response.json()).toMatchObject({ status: 400, code: 'request_invalid' });
  });

  it('are checked of whom it is known how they say them', async () => {
    expect((await enrolWithPrompts(ada, prompts.join(','))).status).toBe(201);
    expect(await answer((asked) => asked, 20)).toMatchObject({ decision: 'accept', reasons: [] });
    expect(await answer(others, 21)).toMatchObject({
      decision: 'reject',
      person: null,
      reasons: ['digits_differ'],
    });
  });

  it('are more where no turn of the head is asked for', async () => {
    expect((await fullChallenge(server)).digits).toHaveLength(4);
    expect(await fullChallenge(server, { withoutTurn: true })).toMatchObject({
      digits: expect.stringMatching(/^\d{6}$/),
      turn: null,
    });
  });
});

describe('a recording', () => {
  it('that was an answer before is refused, also from a loudspeaker, and operators may measure with it', async () => {
    const bob = await visitor(5);
    expect((await enrol(server, bob)).status).toBe(201);
    const probe = { faces: bob.probe.faces, voice: bob.probe.voice };
    const decide = async (headers = {}) =>
      (await (await signIn(server, { as: bob.name, probe, headers })).json()) as {
        decision: string;
        reasons: string[];
      };
    expect(await decide()).toMatchObject({ decision: 'accept' });
    expect(await decide()).toMatchObject({ decision: 'reject', reasons: ['replayed'] });
    expect(await decide({ authorization: `Bearer ${operatorToken}` })).toMatchObject({ decision: 'accept' });
  });
});
