import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorToken, startTestServer, type TestServer } from '../testing/test-server.ts';
import { Visit } from '../testing/visit.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const codesOf = async (visit: Visit) =>
  (await visit.json<{ codes: string[] }>('POST', 'recovery-codes')).codes;
const issue = async (id: string) =>
  server.app.request(`/api/v1/people/${id}/code`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}` },
  });
const issued = async (id: string): Promise<{ code: string; expiresAt: string }> => (await issue(id)).json();
const enter = (name: string, code: string | undefined, path = 'recovery-codes') =>
  new Visit(server).send('POST', `${path}/sign-in`, { name, code });
const refusal = async (response: Response) => {
  const { requestId, ...problem } = await response.json();
  return problem;
};

describe('recovery codes', () => {
  it('are ten, sign in once each, and leave a session that may add a passkey', async () => {
    const ada = new Visit(server);
    const { id } = await ada.join('Ada');
    const codes = await codesOf(ada);
    expect(new Set(codes).size).toBe(10);
    const later = new Visit(server);
    const entry = await later.send('POST', 'recovery-codes/sign-in', {
      name: 'ada',
      code: codes[3]?.toLowerCase(),
    });
    expect(await entry.json()).toMatchObject({ person: { id, name: 'Ada' }, amr: ['otp'], next: null });
    expect(await later.json('GET', 'ways-in')).toMatchObject({ recoveryCodes: { left: 9 } });
    expect((await later.addPasskey()).status).toBe(201);
    expect((await enter('Ada', codes[3])).status).toBe(401);
    expect((await enter('Ada', codes[4])).status).toBe(200);
  });

  it('are no longer good when new ones are made', async () => {
    const bea = new Visit(server);
    await bea.join('Bea');
    const [old] = await codesOf(bea);
    const [fresh] = await codesOf(bea);
    expect((await enter('Bea', old)).status).toBe(401);
    expect((await enter('Bea', fresh)).status).toBe(200);
    const both = await Promise.all([codesOf(bea), codesOf(bea)]);
    const last = await bea.json<{ recoveryCodes: { left: number } }>('GET', 'ways-in');
    expect(both).toHaveLength(2);
    expect(last.recoveryCodes.left).toBe(10);
  });

  it('sign in once when two use one at once', async () => {
    const cleo = new Visit(server);
    await cleo.join('Cleo');
    const [code] = await codesOf(cleo);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await enter('Cleo', code)).status));
    expect(statuses.sort()).toEqual([200, 401, 401]);
  });

  it('are not lost where the server fails before the session is there', async () => {
    const dora = new Visit(server);
    await dora.join('Dora');
    const [code] = await codesOf(dora);
    const { db } = server.services;
    await sql`alter table devices rename to devices_away`.execute(db);
    expect((await enter('Dora', code)).status).toBe(500);
    await sql`alter table devices_away rename to devices`.execute(db);
    expect((await enter('Dora', code)).status).toBe(200);
  });

  it('are in the database as something that nobody can type, and in no log', async () => {
    const dan = new Visit(server);
    await dan.join('Dan');
    const codes = await codesOf(dan);
    await enter('Dan', codes[0]);
    await enter('Dan', codes[0]);
    const rows = JSON.stringify(await server.services.db.selectFrom('sign_in_codes').selectAll().execute());
    const log = server.logged.join('\n');
    for (const code of codes) {
      expect(rows).not.toContain(code.replaceAll('-', ''));
      expect(log).not.toContain(code);
    }
  });
});

describe("an operator's code", () => {
  it('lets a person in once, within the hour', async () => {
    const { id } = await new Visit(server).join('Emil');
    const { code, expiresAt } = await issued(id);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(59 * 60_000);
    expect((await enter('Emil', code)).status).toBe(401); // it is no recovery code
    expect(await (await enter('Emil', code, 'codes')).json()).toMatchObject({ person: { id }, amr: ['otp'] });
    expect((await enter('Emil', code, 'codes')).status).toBe(401);
    const late = await issued(id);
    server.advance(3601);
    expect((await enter('Emil', late.code, 'codes')).status).toBe(401);
  });

  it('takes the place of the one before, and is written down with who it was for', async () => {
    const { id } = await new Visit(server).join('Eva');
    const [first, second] = [await issued(id), await issued(id)];
    expect((await enter('Eva', first.code, 'codes')).status).toBe(401);
    expect((await enter('Eva', second.code, 'codes')).status).toBe(200);
    const { events } = await (await server.get(`/api/v1/access-events?person=${id}`)).json();
    expect(events.map(({ kind, by }: { kind: string; by: string }) => `${kind} by ${by}`)).toEqual([
      'signed_in by person',
      'operator_code_issued by operator',
      'operator_code_issued by operator',
      'signed_in by person',
      'joined by person',
    ]);
    expect(events[0]).toMatchObject({ person: { id, name: 'Eva' }, details: { way: 'operator_code' } });
  });

  it('is issued by operators alone, for people whom there are', async () => {
    const fay = new Visit(server);
    const { id } = await fay.join('Fay');
    expect((await fay.send('POST', `people/${id}/code`)).status).toBe(403);
    expect((await new Visit(server).send('POST', `people/${id}/code`)).status).toBe(401);
    expect(await (await issue('nobody')).json()).toMatchObject({ status: 404, code: 'unknown_person' });
  });
});

describe('a wrong code', () => {
  it('is answered alike for names that somebody has and that nobody has', async () => {
    const gil = new Visit(server);
    await gil.join('Gil');
    const [code = ''] = await codesOf(gil);
    const known = await refusal(await enter('Gil', 'AAAA-AAAA-AAAA-AAAA'));
    expect(known).toMatchObject({ status: 401, code: 'code_refused' });
    expect(await refusal(await enter('Nobody', code))).toEqual(known);
    expect(await refusal(await enter('Gil', code, 'codes'))).toEqual(known);
    expect(await refusal(await enter('Gil', ''))).toEqual(known);
    expect((await enter('Gil', code)).status).toBe(200);
  });

  it.each(['Hana', 'Nobody Else'])('makes %s wait after ten, also when all come at once', async (name) => {
    if (name === 'Hana') await new Visit(server).join(name);
    const codes = Array.from({ length: 15 }, (_, index) => `0000-000${index % 10}`);
    const statuses = await Promise.all(codes.map(async (code) => (await enter(name, code, 'codes')).status));
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    const waiting = await enter(name, '0000-0000', 'codes');
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(60);
    server.advance(15 * 60 + 1);
    expect((await enter(name, '0000-0000', 'codes')).status).toBe(401);
  });

  it.each([
    ['no name', { code: 'A' }],
    ['no code', { name: 'A' }],
    ['a name that is no text', { name: 1, code: 'A' }],
    ['a code that is too long', { name: 'A', code: 'A'.repeat(101) }],
    ['a name that is empty', { name: ' ', code: 'A' }],
    ['a name that is too long', { name: 'n'.repeat(201), code: 'A' }],
    ['two names', { name: ['A', 'B'], code: 'A' }],
    ['two codes', { name: 'A', code: ['A', 'B'] }],
  ])('is refused as a request with %s', async (_, body) => {
    expect((await new Visit(server).send('POST', 'recovery-codes/sign-in', body)).status).toBe(400);
  });

  it('is refused as a request with a NUL in it', async () => {
    expect((await enter('Gil', 'AAAA\0AAAA')).status).toBe(400);
    expect((await enter('Gil\0', 'AAAA')).status).toBe(400);
  });
});
