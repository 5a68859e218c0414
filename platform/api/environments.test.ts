import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TestPlatform } from './testing/test-platform.ts';

let platform: TestPlatform;
let ask: TestPlatform['ask'];
let ada: string;
beforeAll(async () => {
  platform = await TestPlatform.open();
});
afterAll(() => platform.close());
beforeEach(async () => {
  platform = await platform.anew();
  ask = platform.ask.bind(platform);
  ada = await platform.user('ada', 'operator');
});

async function served(version: number, environment: string): Promise<string> {
  const path = `/api/v1/models/iris/releases?environment=${environment}`;
  const { body } = await ask(ada, 'POST', path, { version });
  await ask(ada, 'POST', `/api/v1/releases/${body.id}/promote`);
  return String(body.id);
}
const of = async (environment: string) =>
  (await ask(ada, 'GET', `/api/v1/models/iris/environments/${environment}`)).body;

it('are listed with what is declared of them', async () => {
  const { body } = await ask(ada, 'GET', '/api/v1/environments');
  expect(body.environments).toMatchObject([
    { model: 'iris', environment: 'test', version: { number: 1, settings: { policies: {} } }, release: null },
    {
      environment: 'production',
      version: { by: 'ada', settings: { policies: { after: 'test', approval: 'second-person' } } },
      ...{ changes: [], todo: null, missingSecrets: [], notHonoured: [] },
    },
  ]);
  expect(await ask(ada, 'GET', '/api/v1/models/iris/environments/moon')).toMatchObject({ status: 404 });
});

it('show what has changed since the release that serves, and what to do', async () => {
  const id = await served(1, 'test');
  expect(await of('test')).toMatchObject({
    release: { id, version: 1, settings: 1 },
    changes: [],
    todo: null,
  });
  await platform.declare('test', { resources: { memory: '2Gi' }, policies: {} });
  expect(await of('test')).toMatchObject({
    release: { id, settings: 1 },
    version: { number: 2 },
    changes: [{ path: 'resources.memory', from: null, to: '2Gi' }],
    todo: 'Release what serves again: visavox release propose iris:1 --to test, and promote it.',
    notHonoured: [{ setting: 'resources.memory', said: 'no limit' }],
    versions: [{ number: 2 }, { number: 1 }],
  });
  const again = await served(1, 'test');
  expect(await of('test')).toMatchObject({ release: { id: again, settings: 2 }, changes: [], todo: null });
  const { body } = await ask(ada, 'GET', '/api/v1/releases?environment=test');
  const [now, before] = body.releases as { settings: string }[];
  expect(now?.settings).not.toBe(before?.settings);
});

it('have policies that hold at once, for which nothing has to be released', async () => {
  await served(1, 'test');
  await platform.declare('test', { policies: { approval: 'second-person' } });
  expect(await of('test')).toMatchObject({ changes: [{ path: 'policies.approval' }], todo: null });
});

it('say which secrets are missing, by the names of settings', async () => {
  await platform.declare('test', { secrets: { TOKEN: 'TEST_TOKEN' }, policies: {} });
  expect(await of('test')).toMatchObject({ missingSecrets: [], todo: null });
  platform.missingSecrets = ['TEST_TOKEN'];
  expect(await of('test')).toMatchObject({
    missingSecrets: ['TEST_TOKEN'],
    todo: 'Set TEST_TOKEN for the server: nothing is released here until then.',
  });
});

it('are compared with each other, and with what they were before', async () => {
  await platform.declare('production', { replicas: { min: 2 }, policies: { after: 'test' } });
  const difference = (query: string) =>
    ask(ada, 'GET', `/api/v1/models/iris/environment-difference?${query}`);
  expect((await difference('from=test&to=production')).body.differences).toEqual([
    { path: 'policies.after', from: null, to: 'test' },
    { path: 'replicas.min', from: null, to: '2' },
  ]);
  expect(await difference('from=production:1&to=production:2')).toMatchObject({
    body: {
      ...{ from: { number: 1 }, to: { number: 2 } },
      differences: [
        { path: 'policies.approval', from: 'second-person', to: null },
        { path: 'replicas.min', from: null, to: '2' },
      ],
    },
  });
  for (const wrong of ['moon', 'production:7', 'production:x'])
    expect(await difference(`from=test&to=${wrong}`)).toMatchObject({
      ...{ status: 404, body: { code: 'unknown_environment_settings' } },
    });
});

it('are shown before a release is promoted: beside those that it served with before', async () => {
  await platform.declare('test', { resources: { memory: '1Gi' }, policies: {} });
  await served(1, 'test');
  await platform.declare('test', { resources: { memory: '9Gi' }, policies: {} });
  await platform.declare('production', {
    ...{ resources: { memory: '4Gi' }, policies: { after: 'test', approval: 'second-person' } },
  });
  const id = await served(1, 'production');
  const settings = {
    ...{
      release: id,
      from: { environment: 'test', number: 2 },
      to: { environment: 'production', number: 2 },
    },
    differences: [
      { path: 'policies.after', from: null, to: 'test' },
      { path: 'policies.approval', from: null, to: 'second-person' },
      { path: 'resources.memory', from: '1Gi', to: '4Gi' },
    ],
    changes: [],
  };
  expect((await ask(ada, 'GET', `/api/v1/releases/${id}/settings`)).body).toEqual(settings);
  const { body } = await ask(ada, 'GET', '/api/v1/approvals?open=true');
  const [asked] = body.approvals as { id: string }[];
  expect((await ask(ada, 'GET', `/api/v1/approvals/${asked?.id}`)).body).toMatchObject({ settings });
  await platform.declare('production', { policies: { after: 'test', approval: 'second-person' } });
  const later = await ask(ada, 'GET', `/api/v1/releases/${id}/settings`);
  expect(later.body.changes).toEqual([{ path: 'resources.memory', from: '4Gi', to: null }]);
  expect(await ask(ada, 'GET', '/api/v1/releases/none/settings')).toMatchObject({ status: 404 });
});
