import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../testing/command-line.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import {
  asOperator,
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
let cli: CommandLine;
beforeAll(async () => {
  server = await startTestServer({ enrolment: 'invitation' });
  [ada, ben] = [await visitor(0), await visitor(1)];
  cli = await commandLine(server);
});
afterAll(async () => {
  cli.close();
  await server.close();
});

const ask = async (
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = asOperator,
) => {
  const response = await server.app.request(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, ...(response.status === 204 ? {} : await response.json()) };
};
const invite = (name: string, days = 7) => ask('POST', '/api/v1/invitations', { name, days });

describe('by invitation', () => {
  it('nobody enrols without one, also with a challenge of another kind', async () => {
    const plain = await enrolLive(server, ada);
    expect(await plain.json()).toMatchObject({ status: 403, code: 'invitation_missing' });
    const { token } = await invite(ada.name);
    const asked = await enrolmentChallenge(server);
    const body = await liveEnrolment(ada, asked, { invitation: token });
    const mixed = await request(server, '/api/v1/people', body, { cookie: asked.cookie });
    expect(await mixed.json()).toMatchObject({ status: 404, code: 'challenge_unknown' });
  });

  it('whom it names enrols, once, under that name', async () => {
    const invitation = await invite('Ada Alder-Ash');
    expect(invitation).toMatchObject({ status: 201, state: 'open', name: 'Ada Alder-Ash' });
    expect(new URL(invitation.link).searchParams.get('invitation')).toBe(invitation.token);
    expect(await ask('POST', '/api/v1/invitations/open', { invitation: invitation.token }, {})).toMatchObject(
      {
        status: 200,
        name: 'Ada Alder-Ash',
      },
    );

    const other = await enrolLive(server, ada, { invitation: invitation.token });
    expect(await other.json()).toMatchObject({ status: 400, code: 'request_invalid', field: 'name' });
    const named = { ...ada, name: 'ada  alder-ash' };
    const key = { 'idempotency-key': 'ada-by-invitation' };
    const asked = await enrolmentChallenge(server, { invitation: invitation.token });
    const body = await liveEnrolment(named, asked, { invitation: invitation.token });
    const send = () => request(server, '/api/v1/people', body, { cookie: asked.cookie, ...key });
    const enrolled = await send();
    expect(enrolled.status).toBe(201);
    const { id, name } = await enrolled.json();
    expect(name).toBe('Ada Alder-Ash');
    expect((await (await send()).json()).id).toBe(id);

    const again = await ask('POST', '/api/v1/invitations/open', { invitation: invitation.token }, {});
    expect(again).toMatchObject({ status: 403, code: 'invitation_invalid' });
    const [listed] = (await ask('GET', '/api/v1/invitations', undefined)).invitations;
    expect(listed).toMatchObject({ id: invitation.id, state: 'used', person: id });
    expect(await ask('DELETE', `/api/v1/invitations/${invitation.id}`, undefined)).toMatchObject({
      code: 'invitation_unknown',
    });
    await server.services.people.forget(id);
    const left = (await ask('GET', '/api/v1/invitations', undefined)).invitations;
    expect(left.some((one: { id: string }) => one.id === invitation.id)).toBe(false);
  });

  it('lets one of two in who use it at once', async () => {
    const { token } = await invite('Ben');
    const [one, other] = [
      { ...ben, name: 'Ben' },
      { ...(await visitor(4)), name: 'Ben' },
    ];
    const enrolments = await Promise.all(
      [one, other].map((who) => enrolLive(server, who, { invitation: token })),
    );
    expect(enrolments.map(({ status }) => status).sort()).toEqual([201, 403]);
  });

  it('is refused alike when it is unknown, revoked or too old', async () => {
    const [revoked, old] = [await invite('Cleo'), await invite('Dan', 1)];
    expect((await ask('DELETE', `/api/v1/invitations/${revoked.id}`, undefined)).status).toBe(204);
    server.advance(86_401);
    const open = (invitation: string) => ask('POST', '/api/v1/invitations/open', { invitation }, {});
    const answers = await Promise.all(['made-up', revoked.token, old.token].map(open));
    for (const { requestId: _, ...answer } of answers) {
      const { requestId: __, ...first } = answers[0] as { requestId: string };
      expect(answer).toEqual(first);
    }
    expect(answers[0]).toMatchObject({ status: 403, code: 'invitation_invalid' });
    server.advance(-86_401);
  });

  it('is for operators to give, and not in the database', async () => {
    expect(await ask('POST', '/api/v1/invitations', { name: 'Eve' }, {})).toMatchObject({ status: 401 });
    expect(await ask('GET', '/api/v1/invitations', undefined, {})).toMatchObject({ status: 401 });
    expect(await ask('POST', '/api/v1/invitations', { name: '\u202eEve' })).toMatchObject({ status: 400 });
    expect(await ask('POST', '/api/v1/invitations', { name: 'Eve', days: 0 })).toMatchObject({ status: 400 });
    const { token } = await invite('Eve');
    const rows = await server.services.db.selectFrom('invitations').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('is not needed by an operator, who enrols from recordings for measuring', async () => {
    const response = await request(
      server,
      '/api/v1/people',
      enrolmentForm({ ...ada, name: 'Measured' }),
      asOperator,
    );
    expect(await response.json()).toMatchObject({ verified: false });
    expect(response.status).toBe(201);
  });
});

describe('on the command line', () => {
  it('invites, lists and revokes', async () => {
    const invited = await cli.visavox('people', 'invite', 'Grace Gum', '--expires', '30', '--json');
    expect(invited.code).toBe(0);
    const { id, link } = JSON.parse(invited.stdout);
    expect(link).toContain('/enrol?invitation=');
    expect((await cli.visavox('people', 'invitations')).stdout).toMatch(/Grace Gum +open/);
    expect((await cli.visavox('people', 'revoke', id)).code).toBe(0);
    expect((await cli.visavox('people', 'revoke', id)).code).toBe(1);
    expect((await cli.visavox('people', 'invite', 'Grace', '--expires', 'soon')).code).toBe(1);
  });

  it('reviews whoever is pending', async () => {
    const faces = await Promise.all([41, 42, 43].map((shot) => ada.person.face(shot)));
    const voices = ['0123', '4567', '8901'].map((digits, index) => ada.person.utterance(digits, 60 + index));
    const twin = enrolmentForm({ name: 'Not Ada', faces, voices });
    const { id, state } = await (await request(server, '/api/v1/people', twin, asOperator)).json();
    expect(state).toBe('pending');
    expect((await cli.visavox('people', 'list')).stdout).toMatch(/Not Ada .*pending: face of Measured/);
    expect((await cli.visavox('people', 'review', id)).code).toBe(2);
    expect((await cli.visavox('people', 'review', id, '--approve', '--name', 'Ada’s Twin')).code).toBe(0);
    expect((await cli.visavox('people', 'review', id, '--reject')).stderr).toMatch(/not waiting/);
  });
});
