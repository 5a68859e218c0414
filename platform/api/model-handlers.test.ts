import { Controller } from '@visavox/control/controller';
import { Controllers } from '@visavox/control/controllers';
import { MemoryControlState, MemoryReleaseStore } from '@visavox/control/testing/memory-stores';
import type { TrainingSubject } from '@visavox/control/training-subject';
import { thresholds } from '@visavox/control/triggers/thresholds';
import { putBundle } from '@visavox/core/bundle';
import { UserError } from '@visavox/core/errors';
import type { BundleManifest, ModelVersion } from '@visavox/core/model';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { addModelRoutes } from './model-handlers.ts';
import { answerError } from './problem.ts';
import { openApi } from './shell.ts';

const log = pino({ level: 'silent' });
const objects = new MemoryObjectStore();
const manifest: BundleManifest = {
  format: 1,
  name: 'iris',
  files: [],
  parent: null,
  properties: { petals: 5 },
};
const bundle = await putBundle(objects, { manifest, files: new Map() });

const version = (name: string, number: number): ModelVersion => ({
  ...{ name, version: number, bundle, run: null, metrics: {} },
  createdAt: '2026-01-01T00:00:00.000Z',
});
/** `tulips` was registered by somebody's run, and is not released here. */
const versions = [version('digits', 1), version('iris', 2), version('iris', 1), version('tulips', 7)];
const registry = {
  list: async (name?: string) => versions.filter((one) => (name ?? one.name) === one.name),
  get: async (name: string, number: number) => {
    const found = versions.find((one) => one.name === name && one.version === number);
    if (found) return found;
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_model',
      message: 'there is none',
      action: 'List them.',
    });
  },
  names: async () => [...new Set(versions.map(({ name }) => name))],
  inspect: async (name: string) => ({
    versions: versions.filter((one) => one.name === name),
    differences: [],
    aliases: undefined,
  }),
  register: async () => version('iris', 1),
  setAlias: async () => {},
};
const subject: TrainingSubject = {
  countNew: async () => ({ flowers: 3 }),
  snapshot: () => Promise.reject(new Error('not part of this test')),
  request: () => Promise.reject(new Error('not part of this test')),
  result: async () => null,
  candidate: async (given) => ({
    pipelineSpec: {},
    parameters: given,
    dataset: bundle,
    datasets: [bundle],
    seed: 1,
  }),
};

let releases: MemoryReleaseStore;
let ask: (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: Record<string, unknown> }>;
beforeEach(() => {
  releases = new MemoryReleaseStore();
  const state = new MemoryControlState();
  let ids = 0;
  const controller = (model: string, environment: string) =>
    new Controller({
      ...{ model, environment, setsAlias: true, retryAfterSeconds: 1, subject, state, releases, registry },
      counts: ['flowers'],
      triggers: [thresholds({ flowers: 10 })],
      policy: { minimumUnits: 1, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
      engine: { submit: async ({ id }) => id, get: () => Promise.reject(new Error('no run')) },
      datasets: { latest: async () => undefined },
      target: { prepare: async () => {}, activate: async () => {}, retire: async () => {} },
      newId: () => `${model}-${environment}-${++ids}`,
      now: () => new Date(),
      report: () => {},
    });
  const app = openApi<ApiEnv>();
  app.onError((error, c) => answerError(error, c, { log, refused: () => {} }));
  addModelRoutes(app, {
    ...{ registry, releases, objects, log, runs: new MemoryRunStore() },
    aliases: { history: async () => [], add: () => Promise.reject(new Error('not part of this test')) },
    descriptions: { of: () => Promise.reject(new Error('not part of this test')) },
    approvals: { ask: () => Promise.reject(new Error('no environment of this test wants an approval')) },
    controllers: new Controllers([
      controller('digits', 'production'),
      controller('iris', 'test'),
      controller('iris', 'production'),
    ]),
  });
  ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const given = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const answer = await app.request(`/api/v1${path}`, given);
    return { status: answer.status, body: await answer.json() };
  };
});

async function release(environment: string, number: number): Promise<string> {
  const path = `/models/iris/releases?environment=${environment}`;
  const { body } = await ask('POST', path, { version: number });
  expect((await ask('POST', `/releases/${body.id}/promote`)).body).toMatchObject({
    stage: 'champion',
    environment,
  });
  return String(body.id);
}

describe('a model that was made by hand', () => {
  it('is judged in the environment that is said, against what serves there', async () => {
    await release('production', 1);
    const refused = await ask('POST', '/models/iris/candidates', { parameters: {} });
    expect(refused).toMatchObject({ status: 400, body: { code: 'environment_needed' } });
    const handed = await ask('POST', '/models/iris/candidates?environment=production', {
      parameters: { petals: 'mine' },
    });
    expect(handed).toMatchObject({ status: 202, body: { id: expect.any(String) } });
    const again = await ask('POST', '/models/iris/candidates?environment=production', { parameters: {} });
    expect(again).toMatchObject({ status: 409, body: { code: 'training_under_way' } });
    const nothing = await ask('POST', '/models/iris/candidates?environment=test', { parameters: {} });
    expect(nothing).toMatchObject({ status: 409, body: { code: 'no_champion' } });
  });
});

describe('a reference names a model', () => {
  it('and none of another name is proposed for it', async () => {
    const refused = await ask('POST', '/models/tulips/releases', { version: 7 });
    expect(refused).toMatchObject({ status: 404, body: { code: 'model_not_declared' } });
    const missing = await ask('POST', '/models/digits/releases', { version: 2 });
    expect(missing).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    for (const environment of ['test', 'production']) expect(await releases.list(environment)).toEqual([]);
    const proposed = await ask('POST', '/models/digits/releases', { version: 1 });
    expect(proposed).toMatchObject({
      status: 201,
      body: { model: 'digits', version: 1, environment: 'production' },
    });
  });

  it('in one environment, which has to be said where there are several', async () => {
    const asked = await ask('POST', '/models/iris/releases', { version: 1 });
    expect(asked).toMatchObject({ status: 400, body: { code: 'environment_needed' } });
    const elsewhere = await ask('POST', '/models/iris/rollback?environment=moon');
    expect(elsewhere).toMatchObject({ status: 404, body: { code: 'unknown_environment' } });
  });

  it('by an alias too, so that what serves a test goes on to production', async () => {
    await release('production', 1);
    await release('test', 2);
    const inTest = await ask('GET', '/models/iris/versions/champion?environment=test');
    expect(inTest.body).toMatchObject({ name: 'iris', version: 2, aliases: ['champion'] });
    const production = await ask('GET', '/models/iris/versions/champion/bundle?environment=production');
    expect(production.body).toMatchObject({ properties: { petals: 5 } });
    const none = await ask('GET', '/models/iris/versions/challenger?environment=test');
    expect(none).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
  });

  it('by the alias of a challenger as soon as it is proposed, while it is still being prepared', async () => {
    await release('test', 1);
    await releases.create({
      ...{ id: 'second', environment: 'test', model: 'iris', version: 2, bundle, stage: 'preparing' },
      ...{ reason: 'by hand', createdAt: '2026-01-02T00:00:00.000Z', promotedAt: null },
    });
    const found = await ask('GET', '/models/iris/versions/challenger?environment=test');
    expect(found.body).toMatchObject({ version: 2, aliases: ['challenger'] });
  });

  it.each(['/models/a%2Fb/versions', '/models/iris/versions/0', '/models/iris/versions/-1'])(
    'is refused where it can be none: %s',
    async (path) => {
      expect([400, 404]).toContain((await ask('GET', path)).status);
    },
  );
});

it('lists the versions of all models, and of one', async () => {
  await release('production', 1);
  const all = await ask('GET', '/models');
  expect((all.body.models as ModelVersion[]).map(({ name, version: number }) => `${name}:${number}`)).toEqual(
    [...['digits:1', 'iris:2', 'iris:1', 'tulips:7']],
  );
  const iris = await ask('GET', '/models/iris/versions');
  expect(iris.body).toMatchObject({
    models: [
      { version: 2, aliases: [] },
      { version: 1, aliases: ['champion'] },
    ],
  });
  expect(await ask('GET', '/models/roses/versions')).toMatchObject({
    status: 404,
    body: { code: 'unknown_model' },
  });
});

it('rolls one environment of one model back, and leaves the others', async () => {
  await release('production', 1);
  const second = await release('production', 2);
  await release('test', 2);
  expect(await ask('POST', '/models/iris/rollback?environment=production')).toMatchObject({
    ...{ status: 200, body: { model: 'iris', version: 1, environment: 'production' } },
  });
  const { body } = await ask('GET', '/models/iris/releases?environment=production');
  expect(body.releases).toMatchObject([{ id: second, stage: 'retired' }, { stage: 'champion' }]);
  expect((await releases.champion('test', 'iris'))?.version).toBe(2);
  expect(await ask('POST', '/models/digits/rollback')).toMatchObject({
    ...{ status: 409, body: { code: 'nothing_to_roll_back_to' } },
  });
});

it('shows where training stands, and pauses it for one model in one environment', async () => {
  const path = '/models/iris/training?environment=test';
  expect((await ask('PUT', path, { paused: true })).body).toEqual({ paused: true });
  expect((await ask('GET', path)).body).toEqual({
    ...{ model: 'iris', environment: 'test', paused: true, triggers: ['thresholds'] },
    ...{ counts: { flowers: 3 }, thresholds: { flowers: 10 }, training: null, lastFailure: null },
  });
  expect((await ask('GET', '/models/iris/training?environment=production')).body).toMatchObject({
    paused: false,
  });
  expect(await ask('POST', path, {})).toMatchObject({ status: 409, body: { code: 'no_champion' } });
});

it('registers no model from a run that is not known', async () => {
  const from = (body: unknown) => ask('POST', '/models/iris/versions', body);
  expect(await from({ run: 'gone', output: 'train/model' })).toMatchObject({
    ...{ status: 404, body: { code: 'unknown_run' } },
  });
  expect(await from({ run: 'gone', output: 'model' })).toMatchObject({ status: 400 });
});
