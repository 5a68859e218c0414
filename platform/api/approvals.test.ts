import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { sharedToken, TestPlatform } from './testing/test-platform.ts';

let platform: TestPlatform;
let ask: TestPlatform['ask'];
let ada: string;
let grace: string;
beforeAll(async () => {
  platform = await TestPlatform.open();
});
afterAll(() => platform.close());
beforeEach(async () => {
  platform = await platform.anew();
  ask = platform.ask.bind(platform);
  ada = await platform.user('ada', 'operator');
  grace = await platform.user('grace', 'operator');
});

async function proposed(version: number, environment = 'production'): Promise<string> {
  const path = `/api/v1/models/iris/releases?environment=${environment}`;
  const { status, body } = await ask(ada, 'POST', path, { version });
  expect(status).toBe(201);
  return String(body.id);
}

async function asked(version: number, who = ada): Promise<{ id: string; release: string }> {
  const release = await proposed(version);
  const { status, body } = await ask(who, 'POST', `/api/v1/releases/${release}/promote?reason=better`);
  expect(status).toBe(202);
  return { id: String(body.id), release };
}

const decide = (who: string, id: string, how: 'approve' | 'reject', body: object = {}) =>
  ask(who, 'POST', `/api/v1/approvals/${id}/${how}`, body);
const champion = async () => (await platform.releases.champion('production', 'iris'))?.version;

it('is not asked for where the project does not say so', async () => {
  const release = await proposed(1, 'test');
  expect(await ask(ada, 'POST', `/api/v1/releases/${release}/promote`)).toMatchObject({
    ...{ status: 200, body: { stage: 'champion', by: 'ada' } },
  });
});

it('comes from another operator, who is shown the checks before', async () => {
  const { id, release } = await asked(1);
  expect(await champion()).toBeUndefined();
  const again = await ask(grace, 'POST', `/api/v1/releases/${release}/promote`);
  expect(again, 'asking twice approves nothing').toMatchObject({ status: 202, body: { id, askedBy: 'ada' } });
  const { body } = await ask(grace, 'GET', `/api/v1/approvals/${id}`);
  expect(body).toMatchObject({
    ...{ state: 'open', askedBy: 'ada', reason: 'promoted by hand: better' },
    metrics: { accuracy: { release: 0.9, champion: null } },
  });
  expect((body.checks as { passed: boolean }[]).every(({ passed }) => passed)).toBe(true);
  const approved = await decide(grace, id, 'approve', { reason: 'looks right' });
  expect(approved).toMatchObject({ status: 200, body: { stage: 'champion', by: 'ada' } });
  expect(approved.body.reason).toContain('approved by grace: looks right');
  expect(await champion()).toBe(1);
  expect(await decide(grace, id, 'approve')).toMatchObject({
    status: 409,
    body: { code: 'approval_decided' },
  });
});

it('never comes from the one who asked, in whatever way they are signed in', async () => {
  const { id } = await asked(1);
  const refused = { status: 403, body: { code: 'second_person_needed' } };
  expect(await decide(ada, id, 'approve')).toMatchObject(refused);
  const { cookie } = await platform.signIn({ token: ada });
  expect(await ask(undefined, 'POST', `/api/v1/approvals/${id}/approve`, {}, { cookie })).toMatchObject(
    refused,
  );
  // Tokens and passwords that they made for somebody else are theirs.
  const wish = { user: 'grace', name: 'for you' };
  const token = String((await ask(ada, 'POST', '/api/v1/tokens', wish)).body.token);
  expect(await decide(token, id, 'approve')).toMatchObject(refused);
  const second = await platform.signIn({ token });
  expect(
    await ask(undefined, 'POST', `/api/v1/approvals/${id}/approve`, {}, { cookie: second.cookie }),
  ).toMatchObject(refused);
  const password = 'known to the one who set it';
  await ask(ada, 'PATCH', '/api/v1/users/grace', { password });
  const third = await platform.signIn({ name: 'grace', password });
  expect(
    await ask(undefined, 'POST', `/api/v1/approvals/${id}/approve`, {}, { cookie: third.cookie }),
  ).toMatchObject(refused);
  expect(await champion()).toBeUndefined();
});

it('never comes from the shared token, whoever asked', async () => {
  const { id } = await asked(1);
  expect(await decide(sharedToken, id, 'approve')).toMatchObject({ status: 403 });
  const byShared = await asked(2, sharedToken);
  expect(await decide(sharedToken, byShared.id, 'approve')).toMatchObject({ status: 403 });
  expect(await decide(grace, byShared.id, 'approve')).toMatchObject({ status: 200 });
});

it('is not for other roles', async () => {
  const { id } = await asked(1);
  for (const role of ['viewer', 'data-scientist', 'auditor'] as const) {
    const other = await platform.user(`the-${role}`, role);
    expect(await decide(other, id, 'approve')).toMatchObject({ status: 403, body: { code: 'role_needed' } });
    expect(await decide(other, id, 'reject', { reason: 'no' })).toMatchObject({ status: 403 });
  }
});

it('may be refused, with a reason, or withdrawn', async () => {
  const { id, release } = await asked(1);
  expect((await decide(grace, id, 'reject')).status).toBe(400);
  expect(await decide(grace, id, 'reject', { reason: 'too early' })).toMatchObject({
    ...{ status: 200, body: { state: 'rejected', decidedBy: 'grace', decision: 'too early' } },
  });
  expect(await decide(grace, id, 'approve')).toMatchObject({ status: 409 });
  const anew = await ask(ada, 'POST', `/api/v1/releases/${release}/promote`);
  expect(anew).toMatchObject({ status: 202 });
  expect(await decide(ada, String(anew.body.id), 'reject', { reason: 'not yet' })).toMatchObject({
    status: 200,
  });
  expect(await champion()).toBeUndefined();
});

it('does not count for what has changed meanwhile', async () => {
  const [one, two] = [await asked(1), await asked(2)];
  expect((await decide(grace, one.id, 'approve')).status).toBe(200);
  expect(await decide(grace, two.id, 'approve')).toMatchObject({
    ...{ status: 409, body: { code: 'approval_overtaken', check: 'same_champion' } },
  });
  expect(await champion()).toBe(1);
  const { body } = await ask(grace, 'GET', `/api/v1/approvals/${two.id}`);
  expect(body).toMatchObject({ state: 'overtaken' });
});

it('does not count for what was held back, nor in the name of somebody who is gone', async () => {
  const one = await asked(1);
  await platform.releases.setStage(one.release, 'held-back', 'broken');
  expect(await decide(grace, one.id, 'approve')).toMatchObject({
    body: { code: 'approval_overtaken', check: 'up' },
  });
  const two = await asked(2);
  await ask(grace, 'PATCH', '/api/v1/users/ada', { role: 'viewer' });
  expect(await decide(grace, two.id, 'approve')).toMatchObject({ body: { check: 'asker' } });
  expect(await champion()).toBeUndefined();
});

it('says so where the environment is not declared any more', async () => {
  const { id } = await asked(1);
  platform.places.pop();
  expect(await decide(grace, id, 'approve')).toMatchObject({
    ...{ status: 409, body: { code: 'approval_overtaken', check: 'declared' } },
  });
});

it('is given once, where two give it at the same moment', async () => {
  const cleo = await platform.user('cleo', 'operator');
  const { id } = await asked(1);
  const answers = await Promise.all([decide(grace, id, 'approve'), decide(cleo, id, 'approve')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await champion()).toBe(1);
  const { entries } = await platform.audit.page({ action: 'approval.approve' }, { start: 0, limit: 10 });
  expect(entries.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
  expect(entries.filter(({ outcome }) => outcome === 'refused')).toHaveLength(1);
});

it('is not asked of anybody to roll back', async () => {
  for (const version of [1, 2]) {
    const { id } = await asked(version);
    expect((await decide(grace, id, 'approve')).status).toBe(200);
  }
  const back = await ask(ada, 'POST', '/api/v1/models/iris/rollback?environment=production&reason=worse');
  expect(back).toMatchObject({ status: 200, body: { version: 1 } });
});
