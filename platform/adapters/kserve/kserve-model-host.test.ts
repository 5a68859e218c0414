import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BundleFiles, putBundle } from '@visavox/core/bundle';
import { hexOf } from '@visavox/core/digest';
import { bundleDigest } from '@visavox/core/model';
import { modelHostContract } from '@visavox/serving/host/model-host.contract';
import { RemoteModelHost } from '@visavox/serving/host/remote-model-host';
import { publishBundle } from '@visavox/serving/publish-bundle';
import { bundleOf } from '@visavox/serving/testing/bundle-folder';
import { doubleGraph, onnxFile } from '@visavox/serving/testing/onnx-file';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { FakeKserve } from './fake-kserve.fixture.ts';
import { inferenceService, nameOf } from './inference-service.ts';
import { KserveApi } from './kserve-api.ts';
import { KserveModelHost } from './kserve-model-host.ts';

async function world(options: { startLimitMilliseconds: number; least?: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-kserve-'));
  const objects = await FolderObjectStore.open(join(folder, 'objects'));
  const models = await FolderObjectStore.open(join(folder, 'models'));
  const kserve = await FakeKserve.start(join(folder, 'models'));
  const { startLimitMilliseconds, least = 1 } = options;
  const replicas = { least, most: 3 };
  const api = new KserveApi(kserve.config, { ...settings, replicas });
  const remote = new RemoteModelHost({
    addressOf: (bundle, given) => kserve.addressOf(nameOf(bundle, given)),
    limitMilliseconds: 5000,
  });
  return {
    ...{ kserve, api, objects, models, folder },
    host: new KserveModelHost({ api, objects, models, remote, startLimitMilliseconds }),
    close: async () => {
      await kserve.stop();
      await rm(folder, { recursive: true });
    },
  };
}

const settings = {
  namespace: 'people',
  environment: 'production',
  runtime: 'visavox',
  models: 's3://models/released',
  serviceAccount: 'predictor',
  replicas: { least: 1, most: 3 },
  secret: 'visavox-models',
};

modelHostContract('KServe', async () => {
  const { host, objects, models, folder, close } = await world({ startLimitMilliseconds: 20_000 });
  return {
    host,
    store: (bundle) => putBundle(objects, bundle),
    damage: async (bundle) => {
      const hex = hexOf(bundleDigest(bundle.manifest));
      await publishBundle(models, hex, bundle);
      await writeFile(join(folder, 'models', hex, 'version.txt'), 'another');
    },
    close,
  };
});

describe('when a model does not come up', () => {
  let subject: Awaited<ReturnType<typeof world>>;
  const bundle: BundleFiles = bundleOf({ 'double.onnx': onnxFile(doubleGraph) });
  beforeAll(async () => {
    subject = await world({ startLimitMilliseconds: 1500 });
    await putBundle(subject.objects, bundle);
  });
  afterAll(() => subject.close());
  const digest = bundleDigest(bundle.manifest);

  it('says what Kubernetes says, and leaves nothing behind', async () => {
    subject.kserve.trouble = 'there is no image predictor:9';
    await expect(subject.host.bringUp(digest, ['double'])).rejects.toMatchObject({
      code: 'model_not_up',
      message: expect.stringContaining('ErrImagePull: there is no image predictor:9'),
      action: expect.stringContaining(nameOf(digest)),
    });
    expect(await subject.host.list()).toEqual([]);
  });

  it('comes up when that is mended', async () => {
    subject.kserve.trouble = undefined;
    const served = await subject.host.bringUp(digest, ['double']);
    expect(await subject.host.list()).toEqual([digest]);
    await served.close();
  });

  it('says that Kubernetes is away', async () => {
    await subject.kserve.stop();
    await expect(subject.host.list()).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'kubernetes_unreachable',
    });
  });
});

it('is up when as many servers answer as there shall be, so that one of them may be killed at once', async () => {
  const { kserve, host, objects, close } = await world({ startLimitMilliseconds: 20_000, least: 2 });
  const digest = await putBundle(objects, bundleOf({ 'double.onnx': onnxFile(doubleGraph) }));
  let up = false;
  const bringing = host.bringUp(digest, ['double']).finally(() => {
    up = true;
  });
  await expect.poll(() => kserve.addressOf(nameOf(digest)), { timeout: 10_000 }).not.toMatch(/:9$/);
  await new Promise((done) => setTimeout(done, 1200));
  expect(up).toBe(false);
  kserve.servers = 2;
  await (await bringing).close();
  await close();
});

it('asks KServe for one server of one bundle, which refuses any other and loads what is called', () => {
  const digest = bundleDigest(bundleOf({ 'double.onnx': onnxFile(doubleGraph) }).manifest);
  const object = inferenceService(digest, ['double', 'half'], settings);
  expect(object.metadata).toMatchObject({ namespace: 'people', annotations: { 'visavox/bundle': digest } });
  expect(object.metadata.name).toMatch(/^model-[0-9a-f]{20}$/);
  expect(object.spec.predictor).toMatchObject({
    minReplicas: 1,
    maxReplicas: 3,
    serviceAccountName: 'predictor',
    model: {
      runtime: 'visavox',
      storageUri: `s3://models/released/${hexOf(digest)}`,
      env: [
        { name: 'VISAVOX_EXPECT', value: digest },
        { name: 'VISAVOX_ONLY', value: 'double,half' },
      ],
    },
  });
});

describe('with the settings of an environment', () => {
  const given = {
    replicas: { min: 2 },
    resources: { cpu: '500m', memory: '2Gi' },
    variables: { THRESHOLD: '0.5' },
    secrets: { API_TOKEN: 'PRODUCTION_API_TOKEN' },
  };
  const bundle = bundleOf({ 'double.onnx': onnxFile(doubleGraph) });
  const digest = bundleDigest(bundle.manifest);

  it('asks for what they say, and for the secret by its name in the Secret', () => {
    const object = inferenceService(digest, ['double'], settings, given);
    expect(object.metadata.name).not.toBe(nameOf(digest));
    expect(object.spec.predictor).toMatchObject({ minReplicas: 2, maxReplicas: 3 });
    const { env, resources } = object.spec.predictor.model;
    expect(resources).toEqual({ requests: given.resources, limits: given.resources });
    expect(env).toEqual([
      { name: 'VISAVOX_EXPECT', value: digest },
      { name: 'VISAVOX_ONLY', value: 'double' },
      { name: 'THRESHOLD', value: '0.5' },
      {
        name: 'API_TOKEN',
        valueFrom: { secretKeyRef: { name: 'visavox-models', key: 'PRODUCTION_API_TOKEN' } },
      },
    ]);
    const one = inferenceService(
      digest,
      ['double'],
      { ...settings, replicas: { least: 2, most: 3 } },
      {
        replicas: { max: 1 },
      },
    );
    expect(one.spec.predictor).toMatchObject({ minReplicas: 1, maxReplicas: 1 });
  });

  it('has servers of its own beside those of the same bundle without, and takes down these alone', async () => {
    const { host, kserve, objects, close } = await world({ startLimitMilliseconds: 20_000 });
    await putBundle(objects, bundle);
    kserve.servers = 2;
    const plain = await host.bringUp(digest, ['double']);
    const own = await host.bringUp(digest, ['double'], given);
    expect(kserve.addressOf(nameOf(digest, given))).not.toBe(kserve.addressOf(nameOf(digest)));
    const input = { data: Float32Array.of(1, 2), shape: [1, 2] };
    expect(await own.infer('double', input)).toEqual(await plain.infer('double', input));
    await own.close();
    await host.retire(digest, given);
    expect(await host.list()).toEqual([digest]);
    expect(kserve.addressOf(nameOf(digest, given))).toMatch(/:9$/);
    await plain.close();
    await close();
  });

  it('knows which secrets there are', async () => {
    const { kserve, api, close } = await world({ startLimitMilliseconds: 20_000 });
    expect(await api.secretKeys()).toEqual([]);
    kserve.secrets.set('visavox-models', { PRODUCTION_API_TOKEN: 'MTIz' });
    expect(await api.secretKeys()).toEqual(['PRODUCTION_API_TOKEN']);
    kserve.mayReadSecrets = false;
    expect(await api.secretKeys()).toBeNull();
    await close();
  });
});
