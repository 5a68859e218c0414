import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  answer,
  asOperator,
  enrolMeasured,
  enrolmentChallenge,
  liveEnrolment,
  request,
  type Visitor,
  visitor,
} from '../testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
let id: string;
beforeAll(async () => {
  server = await startTestServer();
  [ada, ben] = [await visitor(0), await visitor(1)];
  id = (await (await enrolMeasured(server, ada)).json()).id;
});
afterAll(() => server.close());

const verify = async (by: Visitor, headers: Record<string, string>) => {
  const asked = await enrolmentChallenge(server);
  const body = await liveEnrolment(by, asked);
  for (const field of ['name', 'consent']) body.delete(field);
  const response = await request(server, `/api/v1/people/${id}/verification`, body, {
    cookie: asked.cookie,
    ...headers,
  });
  return response.json();
};
const signIn = async () => (await answer(server, { as: ada.name, by: ada })).json();

it('lets face and voice sign somebody in who was enrolled from recordings, once digits were said at a visit', async () => {
  expect(await signIn()).toMatchObject({ decision: 'reject' });
  expect(await verify(ada, {})).toMatchObject({ status: 401 });
  expect(await verify(ben, asOperator)).toMatchObject({ status: 400, code: 'not_recognised' });
  expect(await signIn()).toMatchObject({ decision: 'reject' });
  expect(await verify(ada, asOperator)).toMatchObject({ id, verified: true });
  expect(await signIn()).toMatchObject({ decision: 'accept', person: { id } });
});

it('is nothing that a session does which face and voice began', async () => {
  const { verification } = server.services;
  const by = {
    client: { network: '', visit: null },
    caller: { person: id, operator: false, amr: ['face', 'vbm', 'mfa'] },
  };
  const attempt = verification.verify({ person: id, challenge: 'any', recordings: [], frames: [], by });
  await expect(attempt).rejects.toMatchObject({ code: 'another_factor_needed' });
});
