import { setTimeout as pause } from 'node:timers/promises';
import { getBundle, putBundle } from '@visavox/core/bundle';
import { blobKey } from '@visavox/core/object-store';
import type { ModelHost, ReleaseStore } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { InProcessModelHost } from '@visavox/serving/host/in-process-model-host';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Champion } from './champion.ts';
import { environment, modelName } from './resources.ts';
import { testBundle } from './testing/test-bundle.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { enrol, measure, type Visitor, visitor } from './testing/visitors.ts';

let server: TestServer;
let ada: Visitor;
let ben: Visitor;
let second: Release;

beforeAll(async () => {
  server = await startTestServer();
  [ada, ben] = [await visitor(0), await visitor(1)];
  await enrol(server, ada);
  second = await nextRelease('second', 2);
});
afterAll(() => server.close());

async function nextRelease(id: string, version: number): Promise<Release> {
  const release: Release = {
    id,
    environment,
    model: modelName,
    version,
    bundle: await putBundle(server.services.objects, await testBundle(version)),
    stage: 'preparing',
    reason: 'trained',
    createdAt: new Date().toISOString(),
    promotedAt: null,
  };
  await server.services.releases.create(release);
  return release;
}

/** As an operator, who may try with the same recordings again. */
const servedBy = async (probe = ada.probe) => {
  const answer = await (await measure(server, { as: ada.name, probe })).json();
  return { decision: answer.decision, version: answer.servedBy.version };
};
const templates = () => server.services.db.selectFrom('templates').select(['person', 'contract']).execute();

it('prepares a release beside the champion: everyone has a template of its contract', async () => {
  const { champion } = server.services;
  await champion.prepare(second);
  await champion.prepare(second);
  expect(await templates()).toHaveLength(2);
  expect(await servedBy()).toEqual({ decision: 'accept', version: 1 });
});

it('knows who enrols meanwhile to both', async () => {
  await enrol(server, ben);
  expect(await templates()).toHaveLength(4);
});

it('releases without a failed sign-in; who began with the old one ends with it', async () => {
  const { champion, releases, pool } = server.services;
  const [first] = (await releases.list(environment, modelName)).filter(
    (release) => release.stage === 'champion',
  );
  let finish = () => {};
  const slow = champion.use(async ({ release, loaded }) => {
    await new Promise<void>((done) => {
      finish = done;
    });
    await loaded.recogniser.signals.captureFace(ada.probe.faces[0] ?? new Uint8Array());
    return release.version;
  });
  const during = Promise.all([servedBy(), servedBy(), servedBy()]);
  await releases.promote(second.id, 'better');
  await champion.activate(second);
  if (first) await champion.retire(first);
  for (const { decision } of await during) expect(decision).toBe('accept');
  expect(await servedBy()).toEqual({ decision: 'accept', version: 2 });
  expect(pool.bundles()).toHaveLength(2);
  finish();
  expect(await slow).toBe(1);
  await pool.settled();
  expect(pool.bundles(), 'the old one is closed').toEqual([second.bundle]);
});

it('follows a promotion whose activation a crash prevented', async () => {
  const { champion, releases } = server.services;
  const third = await nextRelease('third', 3);
  await releases.promote(third.id, 'better');
  await champion.follow();
  expect(await servedBy(), 'its template is computed on the way').toEqual({ decision: 'accept', version: 3 });
});

it('goes back to the release before, which still knows everyone', async () => {
  const { champion, releases } = server.services;
  await champion.prepare(second);
  await releases.promote(second.id, 'rolled back');
  await champion.activate(second);
  expect(await servedBy()).toEqual({ decision: 'accept', version: 2 });
});

it('refuses a release that would lock somebody out, and says so', async () => {
  const { champion, db, recordings } = server.services;
  const fourth = await nextRelease('fourth', 4);
  const sample = await db
    .selectFrom('samples')
    .select(['digest', 'id'])
    .where('modality', '=', 'face')
    .executeTakeFirstOrThrow();
  const lost = 'sha256:'.padEnd(71, '0');
  await db.updateTable('samples').set({ digest: lost }).where('id', '=', sample.id).execute();
  await expect(champion.prepare(fourth)).rejects.toMatchObject({ code: 'templates_incomplete' });
  await db.updateTable('samples').set({ digest: sample.digest }).where('id', '=', sample.id).execute();
  await recordings.erase();
  await champion.prepare(fourth);
});

it('refuses a bundle of which a byte was changed, and serves on', async () => {
  const { champion, objects } = server.services;
  const serving = await servedBy();
  const damaged = await nextRelease('damaged', 6);
  const { manifest, files } = await getBundle(objects, damaged.bundle);
  const [file] = manifest.files.filter(({ path }) => path === 'calibration.json');
  const key = blobKey(file?.digest ?? damaged.bundle);
  await objects.put(key, Buffer.from('{}'));
  await expect(champion.prepare(damaged)).rejects.toThrow('corrupted');
  expect(await servedBy()).toEqual(serving);
  await objects.put(key, files.get('calibration.json') ?? Buffer.of());
  await champion.prepare(damaged);
});

it('never goes back to what it read before a promotion', async () => {
  const { releases, pool, templates } = server.services;
  let reading = () => {};
  const read = new Promise<void>((done) => {
    reading = done;
  });
  let goOn = () => {};
  const gate = new Promise<void>((done) => {
    goOn = done;
  });
  const slow: ReleaseStore = {
    create: (release) => releases.create(release),
    setStage: (id, stage, reason) => releases.setStage(id, stage, reason),
    promote: (id, reason) => releases.promote(id, reason),
    list: (...where) => releases.list(...where),
    history: (...given) => releases.history(...given),
    champion: async (...where) => {
      const found = await releases.champion(...where);
      reading();
      await gate;
      return found;
    },
  };
  const host = new InProcessModelHost({ objects: server.services.objects });
  const champion = new Champion({ environment, model: modelName, releases: slow, pool, templates, host });
  await champion.activate(second);
  const following = champion.follow();
  await read;
  const fifth = await nextRelease('fifth', 5);
  await releases.promote(fifth.id, 'better');
  const loaded = await pool.acquire(fifth.bundle);
  const activated = champion.activate(fifth);
  await pause(100);
  goOn();
  await Promise.all([following, activated]);
  expect(champion.release?.id).toBe('fifth');
  loaded.release();
  await champion.close();
});

it('leaves up what other models serve on the same host', async () => {
  const { releases, pool, templates } = server.services;
  const others = 'sha256:'.padEnd(71, 'd') as Release['bundle'];
  const retired: string[] = [];
  const host: ModelHost = {
    bringUp: () => Promise.reject(new Error('nothing is brought up here')),
    list: async () => [second.bundle, others],
    retire: async (bundle) => void retired.push(bundle),
  };
  const champion = new Champion({ environment, model: modelName, releases, pool, templates, host });
  const fifth = (await releases.list(environment, modelName)).find(({ id }) => id === 'fifth');
  if (fifth) await champion.retire(fifth);
  expect(retired).toEqual([second.bundle]);
  await champion.close();
});
