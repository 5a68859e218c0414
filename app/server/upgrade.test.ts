import { randomUUID } from 'node:crypto';
import { Controller } from '@visavox/control/controller';
import { getManifest, putBundle } from '@visavox/core/bundle';
import { Digest } from '@visavox/core/digest';
import { bundleDigest, type ModelVersion } from '@visavox/core/model';
import type { ModelRegistry, PipelineEngine } from '@visavox/core/ports';
import { compile } from '@visavox/pipelines/compile';
import recogniserPipeline from '@visavox/recognition/pipeline';
import { InProcessModelHost } from '@visavox/serving/host/in-process-model-host';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Champion } from './champion.ts';
import { registerFirstVersion } from './first-release.ts';
import { publishedOffer } from './published-offer.ts';
import { gatePolicy, offerPolicy, recogniserTraining } from './recogniser-model.ts';
import { environment, modelName } from './resources.ts';
import { olderBundle } from './testing/older-bundle.ts';
import { testBundle } from './testing/test-bundle.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { enrol, measure, type Visitor, visitor } from './testing/visitors.ts';

let ada: Visitor;
let ben: Visitor;
let cleo: Visitor;
let server: TestServer;
let versions: ModelVersion[];

beforeAll(async () => {
  [ada, ben, cleo] = [await visitor(0), await visitor(1), await visitor(2)];
});
beforeEach(async () => {
  server = await startTestServer({ published: olderBundle });
  versions = [];
  await registerFirstVersion(server.services.releases, registry);
  for (const who of [ada, ben]) expect((await enrol(server, who)).status).toBe(201);
});
afterEach(() => server.close());

/** As MLflow answers: a bundle that is known is the version that it was. */
const registry: ModelRegistry = {
  register: async ({ name, bundle, run, metrics }) => {
    const known = versions.find((version) => version.bundle === bundle);
    const made = { name, bundle, run, metrics, version: versions.length + 1, createdAt: '2026-01-01' };
    if (!known) versions.push(made);
    return known ?? made;
  },
  get: async (_, version) => versions[version - 1] ?? Promise.reject(new Error('no such version')),
  list: async () => versions,
  setAlias: async () => {},
};

const submitted: string[] = [];
const engine: PipelineEngine = {
  submit: async ({ id, parameters }) => {
    submitted.push(JSON.stringify(parameters));
    return id;
  },
  get: () => Promise.reject(new Error('nothing runs here')),
  cancel: async () => {},
  resume: async () => {},
  logs: async () => '',
};

const offer = () =>
  publishedOffer({
    objects: server.services.objects,
    published: { manifest: async () => (await testBundle()).manifest, bundle: () => testBundle() },
  });

/** What leads after the update, with `target` releasing; another one is another process. */
function controllerOf(target: Champion = server.services.champion): Controller {
  const { trainingData, datasets, releases, objects } = server.services;
  const pipelineSpec = compile(recogniserPipeline);
  return new Controller({
    ...{ model: modelName, environment, setsAlias: true, retryAfterSeconds: 120 },
    ...{ engine, releases, datasets, registry, target, offerPolicy, policy: gatePolicy },
    ...{ counts: [], triggers: [] },
    subject: recogniserTraining({
      pipelineSpec,
      trainingData,
      registry,
      shards: 2,
      network: async () => null,
      objects,
      datasets,
      offered: offer(),
    }),
    state: server.controlState,
    newId: randomUUID,
    now: () => new Date(),
    report: () => undefined,
  });
}

async function restarted(): Promise<Champion> {
  const { releases, pool, templates, objects } = server.services;
  const host = new InProcessModelHost({ objects });
  const champion = new Champion({ environment, model: modelName, releases, pool, templates, host });
  await champion.follow();
  return champion;
}

async function signedIn(who: Visitor): Promise<{ decision: string; version: number }> {
  const answered = await (await measure(server, { as: who.name, probe: who.probe })).json();
  return { decision: answered.decision, version: answered.servedBy.version };
}

const releases = async () =>
  (await server.services.releases.list(environment, modelName)).map(({ version, stage }) => [version, stage]);
const templates = async () => {
  const { db } = server.services;
  const people = db.fn.count<number>('person').as('people');
  const rows = await db.selectFrom('templates').select(people).groupBy('contract').execute();
  return rows.map((row) => Number(row.people)).sort();
};

/** Stops whoever reads the recording of that number: for good, or until it is told to go on. */
function stopAtRecording(number: number): { reached: Promise<void>; goOn: () => void } {
  const { recordings } = server.services;
  const read = recordings.read.bind(recordings);
  let left = number;
  let goOn = () => {};
  let arrived = () => {};
  const gate = new Promise<void>((open) => {
    goOn = open;
  });
  const reached = new Promise<void>((is) => {
    arrived = is;
  });
  recordings.read = async (digest) => {
    if (left-- === 0) {
      arrived();
      await gate;
    }
    return read(digest);
  };
  return {
    reached,
    goOn: () => {
      recordings.read = read;
      goOn();
    },
  };
}

it('everybody stays signed up, and the older recogniser serves until the newer one knows them all', async () => {
  const stop = stopAtRecording(4);
  const upgraded = controllerOf().tick();
  await stop.reached;
  expect(await releases()).toEqual([
    [2, 'preparing'],
    [1, 'champion'],
  ]);
  expect(await signedIn(ada)).toEqual({ decision: 'accept', version: 1 });
  expect((await enrol(server, cleo)).status).toBe(201);
  expect(await signedIn(cleo)).toEqual({ decision: 'accept', version: 1 });
  stop.goOn();
  await upgraded;

  for (const who of [ada, ben, cleo]) expect(await signedIn(who)).toEqual({ decision: 'accept', version: 2 });
  expect(await templates()).toEqual([3, 3]);
  expect(versions.map(({ version, bundle }) => [version, bundle])).toEqual(
    (await server.services.releases.list(environment, modelName))
      .map(({ version, bundle }) => [version, bundle])
      .reverse(),
  );
  const { properties } = await getManifest(server.services.objects, Digest.parse(versions[1]?.bundle));
  expect(properties).toMatchObject({ dimension: { face: 256 }, backbones: { face: { canvas: 182 } } });
  expect(await signedIn({ ...ben, name: ada.name })).not.toMatchObject({ decision: 'accept' });
});

it('goes back to the older one on command, with everybody, and does not come again by itself', async () => {
  await controllerOf().tick();
  await enrol(server, cleo);
  await controllerOf().rollback('more are refused');
  for (const who of [ada, ben, cleo]) expect(await signedIn(who)).toEqual({ decision: 'accept', version: 1 });
  await controllerOf(await restarted()).tick();
  expect(await signedIn(ada)).toEqual({ decision: 'accept', version: 1 });
});

it('is neither half done nor done twice when the process is killed again and again on the way', async () => {
  // At recordings of the first person, between both, and of the second; every time another process begins anew.
  for (const recording of [0, 2, 1, 3]) {
    const stop = stopAtRecording(recording);
    void controllerOf(await restarted()).tick();
    await stop.reached;
    expect(await signedIn(ada)).toEqual({ decision: 'accept', version: 1 });
    expect(await releases()).toEqual([
      [2, 'preparing'],
      [1, 'champion'],
    ]);
    // Nothing wakes the one that was stopped.
    server.services.recordings.read = Object.getPrototypeOf(server.services.recordings).read;
  }
  await controllerOf(await restarted()).tick();
  await server.services.champion.follow();
  for (const who of [ada, ben]) expect(await signedIn(who)).toEqual({ decision: 'accept', version: 2 });
  expect(await templates()).toEqual([2, 2]);
  expect(versions).toHaveLength(2);
});

it('follows a newer recogniser that was promoted in the moment of the crash', async () => {
  const dying = await restarted();
  dying.activate = () => new Promise(() => {});
  const { releases: store } = server.services;
  void controllerOf(dying).tick();
  await expect
    .poll(async () => (await store.champion(environment, modelName))?.version, { timeout: 60_000 })
    .toBe(2);
  await controllerOf(await restarted()).tick();
  await server.services.champion.follow();
  expect(await signedIn(ben)).toEqual({ decision: 'accept', version: 2 });
  expect(await releases()).toEqual([
    [2, 'champion'],
    [1, 'retired'],
  ]);
});

it('keeps those signed up of whose pictures some would be refused today, and waits where all would', async () => {
  const { db, recordings } = server.services;
  const pictures = await db
    .selectFrom('samples')
    .innerJoin('people', 'people.id', 'samples.person')
    .select('samples.digest')
    .where('samples.modality', '=', 'face')
    .where('people.name', '=', ben.name)
    .execute();
  const read = recordings.read.bind(recordings);
  let refused = pictures.map(({ digest }) => digest);
  recordings.read = async (digest) =>
    refused.includes(digest) ? Buffer.from('%PDF-1.7 is no picture any more') : read(digest);
  await controllerOf().tick();
  expect(await signedIn(ben)).toEqual({ decision: 'accept', version: 1 });
  expect(await releases()).toContainEqual([2, 'preparing']);

  refused = refused.slice(1);
  const { releases: store, champion } = server.services;
  const [waiting] = (await store.list(environment, modelName)).filter(({ stage }) => stage === 'preparing');
  await controllerOf(champion).promote(waiting?.id ?? '', 'at once');
  expect(await signedIn(ben)).toEqual({ decision: 'accept', version: 2 });
});

it('is trained from first where the champion was trained here, and left to operators who chose a network', async () => {
  const { releases: store, objects } = server.services;
  const parent = (await store.champion(environment, modelName))?.bundle ?? null;
  const offered = (digest: Digest) =>
    offer()({
      ...{ id: 'x', environment, model: modelName, version: 2, bundle: digest, stage: 'champion' },
      ...{ reason: '', createdAt: '', promotedAt: null },
    });
  const trained = await putBundle(objects, await olderBundle({ parent }));
  expect(await offered(trained)).toMatchObject({ way: 'train' });
  const fromNewer = await testBundle(7);
  const newer = await testBundle();
  await putBundle(objects, newer);
  const descendant = {
    ...fromNewer,
    manifest: { ...fromNewer.manifest, parent: bundleDigest(newer.manifest) },
  };
  expect(await offered(await putBundle(objects, descendant)), 'trained from it already').toBeNull();
  const { backbones } = newer.manifest.properties as { backbones: object };
  const plugged = {
    ...fromNewer,
    manifest: {
      ...fromNewer.manifest,
      parent,
      properties: { ...fromNewer.manifest.properties, backbones: { ...backbones, voice: { name: 'mine' } } },
    },
  };
  expect(await offered(await putBundle(objects, plugged)), 'somebody chose it').toMatchObject({
    way: 'register',
  });
});
