import { ModelDescriptions } from '@visavox/adapters/models/model-descriptions';
import { SignedBundles } from '@visavox/adapters/models/signed-bundles';
import { SigningKey } from '@visavox/adapters/models/signing-key';
import type { SqlBundleFacts } from '@visavox/adapters/sql/bundle-facts';
import { Controllers } from '@visavox/control/controllers';
import { MemoryReleaseStore } from '@visavox/control/testing/memory-stores';
import { putBundle } from '@visavox/core/bundle';
import { datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import type { BundleManifest, ModelVersion } from '@visavox/core/model';
import type { AliasChange } from '@visavox/core/model-alias';
import { blobKey } from '@visavox/core/object-store';
import type { RunRecord } from '@visavox/core/run';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { pendingRecord } from '@visavox/pipelines/records';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { addModelFactsRoutes } from './model-facts-handlers.ts';
import { answerError } from './problem.ts';
import { openApi } from './shell.ts';

const log = pino({ level: 'silent' });
const [autumn, winter] = ['autumn', 'winter'].map((season) =>
  datasetVersion('birds', [
    {
      ...{ key: season, digest: digestOf(season), bytes: 6, mediaType: 'text/plain' },
      ...{ labels: {}, provenance: {} },
    },
  ]),
) as [ReturnType<typeof datasetVersion>, ReturnType<typeof datasetVersion>];

class MemoryBundleFacts implements Pick<SqlBundleFacts, 'description' | 'describe' | 'signature' | 'sign'> {
  readonly #descriptions = new Map<Digest, unknown>();
  readonly #signatures = new Map<Digest, unknown>();
  async description(bundle: Digest) {
    return this.#descriptions.get(bundle);
  }
  async describe(bundle: Digest, description: unknown) {
    this.#descriptions.set(bundle, description);
  }
  async signature(bundle: Digest) {
    const signature = this.#signatures.get(bundle);
    return signature === undefined ? undefined : { signature, signedAt: '2026-01-01T00:00:00.000Z' };
  }
  async sign(bundle: Digest, signature: unknown) {
    this.#signatures.set(bundle, signature);
  }
}

/** A run whose one task read a dataset version and measured its model on it. */
function measuring(id: string, dataset: Digest, accuracy: number): RunRecord {
  const artifact = {
    ...{ name: 'birds', digest: dataset, bytes: 6, type: 'visavox.DatasetVersion' },
    metadata: { mediaType: 'application/vnd.visavox.dataset+json' },
  };
  return {
    ...{ id, pipeline: 'birds', state: 'succeeded', reason: null, trigger: 'manual', engine: 'local' },
    pins: {
      ...{ pipeline: digestOf('p'), code: digestOf('c'), environment: digestOf('e') },
      ...{ datasets: [dataset], parameters: {}, seed: 1 },
    },
    ...{ trackingRun: null, createdAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:01:00.000Z' },
    tasks: [
      {
        ...pendingRecord('evaluate', null),
        state: 'succeeded',
        inputs: { parameters: {}, artifacts: { birds: [artifact] } },
        outputs: {
          parameters: { accuracy, accuracy_low: accuracy - 0.1, accuracy_high: accuracy + 0.1 },
          artifacts: {},
        },
      },
    ],
  };
}

let ask: (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: Awaited<ReturnType<Response['json']>> }>;
let objects: MemoryObjectStore;
let signed: SignedBundles;
let versions: ModelVersion[];
const given: unknown[] = [];
beforeEach(async () => {
  objects = new MemoryObjectStore();
  const runs = new MemoryRunStore();
  const facts = new MemoryBundleFacts() as unknown as SqlBundleFacts;
  signed = new SignedBundles({ objects, facts, key: new SigningKey(new Uint8Array(32).fill(1)) });
  versions = [];
  given.length = 0;
  const version = async (number: number, dataset: Digest | null, files: Record<string, string>) => {
    const texts = new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)]));
    const listed = Object.entries(files).map(([path, text]) => ({
      ...{ path, digest: digestOf(text), bytes: Buffer.byteLength(text) },
    }));
    const manifest: BundleManifest = {
      format: 1,
      name: 'birds',
      files: listed,
      parent: null,
      properties: {},
    };
    const bundle = await putBundle(objects, { manifest, files: texts });
    const run = dataset === null ? undefined : measuring(`run-${number}`, dataset, number / 10);
    if (run) await runs.save(run);
    versions.push({
      ...{ name: 'birds', version: number, bundle, run: run?.id ?? null },
      ...{ createdAt: '2026-01-01T00:00:00.000Z' },
      metrics: run
        ? { accuracy: number / 10, accuracy_low: number / 10 - 0.1, accuracy_high: number / 10 + 0.1 }
        : {},
    });
  };
  await version(1, autumn.digest, { 'weights.bin': 'one', 'README.md': '---\nlicense: mit\n---\n# Birds' });
  await version(2, autumn.digest, { 'weights.bin': 'two' });
  await version(3, winter.digest, { 'weights.bin': 'three' });
  await version(4, null, { 'weights.bin': 'four' });
  const changes: AliasChange[] = [];
  const app = openApi<ApiEnv>();
  app.onError((error, c) => answerError(error, c, { log, refused: () => {} }));
  addModelFactsRoutes(app, {
    ...{ objects, runs, log, signed, releases: new MemoryReleaseStore(), controllers: new Controllers([]) },
    descriptions: new ModelDescriptions({ objects, facts }),
    datasets: {
      ...{
        save: async () => {},
        get: () => Promise.reject(new Error('not asked')),
        latest: async () => undefined,
      },
      list: async () =>
        [autumn, winter].map(({ digest }) => ({ digest, name: 'birds', items: 1, createdAt: '2026' })),
    },
    registry: {
      ...{ list: async () => versions, names: async () => ['birds'] },
      inspect: () => Promise.reject(new Error('not asked')),
      register: () => Promise.reject(new Error('not asked')),
      setAlias: async (...change) => void given.push(change),
    },
    aliases: {
      history: async () => changes,
      async add(change) {
        const kept = { ...change, at: new Date().toISOString() };
        changes.unshift(kept);
        return kept;
      },
    },
  });
  ask = async (method, path, body) => {
    const headers = { 'content-type': 'application/json' };
    const wish = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
    const answer = await app.request(`/api/v1${path}`, wish);
    return { status: answer.status, body: await answer.json() };
  };
});

describe('a model version', () => {
  it('has a card of what its author wrote and of what its run measured, on which data', async () => {
    const { body } = await ask('GET', '/models/birds/versions/1/details');
    expect(body).toMatchObject({
      ...{ flavour: null, signature: null, example: null, files: 2, faults: [] },
      signed: { state: 'unsigned' },
      card: {
        ...{ file: 'README.md', licence: 'mit', text: '# Birds' },
        data: [{ name: 'birds', version: autumn.digest }],
        metrics: [{ name: 'accuracy', value: 0.1, slice: null, data: expect.stringMatching(/^birds@/) }],
      },
    });
    expect(body.card.metrics[0].interval.high).toBeCloseTo(0.2);
    expect((await ask('GET', '/models/birds/versions/4/details')).body.card).toMatchObject({
      ...{ file: null, data: [], metrics: [] },
    });
  });

  it('is verified to the last byte, by a key that anyone may have', async () => {
    const [{ bundle }] = versions as [ModelVersion];
    expect(await ask('GET', '/models/birds/versions/1/signature')).toMatchObject({
      ...{ status: 404, body: { code: 'unknown_signature' } },
    });
    await signed.sign(bundle);
    expect((await ask('POST', '/models/birds/versions/1/verify')).body).toMatchObject({ state: 'verified' });
    expect((await ask('GET', '/models/birds/versions/1/signature')).body).toMatchObject({
      dsseEnvelope: { payloadType: 'application/vnd.in-toto+json' },
    });
    await objects.put(blobKey(digestOf('one')), Buffer.from('eno'));
    expect((await ask('POST', '/models/birds/versions/1/verify')).body).toMatchObject({
      ...{ state: 'refused', faults: ['weights.bin was changed'] },
    });
    expect((await ask('GET', '/model-signing-key')).body.pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it('has a bill of materials with its data', async () => {
    const { body } = await ask('GET', '/models/birds/versions/1/bom');
    expect(body.components).toContainEqual(expect.objectContaining({ type: 'data', name: 'birds' }));
    expect(body.metadata.component).toMatchObject({ name: 'birds', licenses: [{ license: { id: 'MIT' } }] });
  });
});

describe('two model versions', () => {
  const compared = (a: number, b: number, more = '') =>
    ask('GET', `/model-comparison?a=birds:${a}&b=birds:${b}${more}`);

  it('are compared where their runs measured on the same data', async () => {
    expect((await compared(1, 2)).body.metrics[0]).toMatchObject({
      ...{
        name: 'accuracy',
        a: 0.1,
        b: 0.2,
        comparable: true,
        why: expect.stringMatching(/^both on birds@/),
      },
    });
    const { metrics, lineage } = (await compared(1, 3)).body;
    expect(metrics[0]).toMatchObject({
      comparable: false,
      why: expect.stringContaining('birds:3 on birds@'),
    });
    expect(lineage).toContainEqual(expect.objectContaining({ name: 'datasets', equal: false }));
    expect((await compared(1, 4)).body.metrics[0]).toMatchObject({
      ...{ b: null, comparable: false, why: 'birds:4 has no such figure' },
    });
  });

  it('are compared on what is named, if there is such a thing', async () => {
    const on = `&on=${autumn.digest}`;
    expect((await compared(1, 2, on)).body).toMatchObject({
      on: autumn.digest,
      metrics: [{ comparable: true }, {}, {}],
    });
    expect((await compared(1, 3, on)).body.metrics[0].comparable).toBe(false);
    expect(await compared(1, 2, '&on=fish')).toMatchObject({
      status: 404,
      body: { code: 'unknown_dataset' },
    });
    expect(await compared(1, 9)).toMatchObject({ status: 404, body: { code: 'unknown_model' } });
    expect(await ask('GET', '/model-comparison?a=birds&b=birds:1')).toMatchObject({ status: 400 });
  });
});

describe('an alias', () => {
  it('means what it was given last, and its history stays', async () => {
    const put = (version: unknown, reason?: string) =>
      ask('PUT', '/models/birds/aliases/baseline', { version, reason });
    expect((await put(1, 'the paper')).body.aliases).toMatchObject([{ alias: 'baseline', version: 1 }]);
    await put(2, 'revised');
    expect((await ask('GET', '/models/birds/versions/baseline/bom')).body.metadata.component.version).toBe(
      '2',
    );
    const { body } = await ask('DELETE', '/models/birds/aliases/baseline?reason=done');
    expect(body.aliases).toEqual([]);
    expect(
      body.history.map(({ version, reason }: { version: number; reason: string }) => [version, reason]),
    ).toEqual([
      [null, 'done'],
      [2, 'revised'],
      [1, 'the paper'],
    ]);
    expect(given).toEqual([
      ['birds', 'baseline', 1],
      ['birds', 'baseline', 2],
      ['birds', 'baseline', null],
    ]);
  });

  it('needs a version that is there, a reason, and a name that is nobody else’s', async () => {
    const put = (alias: string, body: unknown) => ask('PUT', `/models/birds/aliases/${alias}`, body);
    expect(await put('baseline', { version: 1 })).toMatchObject({ status: 400 });
    expect(await put('baseline', { version: 1, reason: ' ' })).toMatchObject({ status: 400 });
    expect(await put('Base', { version: 1, reason: 'x' })).toMatchObject({ status: 400 });
    expect(await put('baseline', { version: 9, reason: 'x' })).toMatchObject({
      body: { code: 'unknown_model' },
    });
    expect(await put('champion', { version: 1, reason: 'x' })).toMatchObject({
      body: { code: 'alias_of_release' },
    });
    expect(await put('latest', { version: 1, reason: 'x' })).toMatchObject({
      body: { code: 'alias_reserved' },
    });
    expect(await ask('DELETE', '/models/birds/aliases/none?reason=x')).toMatchObject({
      ...{ status: 404, body: { code: 'unknown_alias' } },
    });
    expect(given).toEqual([]);
  });
});
