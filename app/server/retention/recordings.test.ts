import { digestOf } from '@visavox/core/digest';
import { blobKey, type ObjectStore } from '@visavox/core/object-store';
import { FeatureCache } from '@visavox/recognition/feature-cache';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';
import { type Recording, Recordings } from './recordings.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const recording = (text: string): Recording => ({
  modality: 'voice',
  bytes: new TextEncoder().encode(text),
  mediaType: 'audio/wav',
});

const person = (id: string) => ({
  id,
  name: id,
  name_key: id,
  name_look: id,
  state: 'active' as const,
  verified: false,
  identity: id,
  consent: '1',
  consented_at: new Date(),
  enrolled_at: new Date(),
  idempotency_key: null,
  idempotency_digest: null,
});

const sample = (owner: string, digest: string) => ({
  id: `${owner} ${digest}`,
  person: owner,
  modality: 'voice' as const,
  digest,
  bytes: 1,
  media_type: 'audio/wav',
  quality: '{}',
  captured_at: new Date(),
  source: 'enrolment' as const,
  attempt: null,
  consent: '1',
  position: 0,
});

async function keep(recordings: Recordings, owner: string, text: string): Promise<void> {
  await recordings.store([recording(text)], async (trx, stored) => {
    await trx.insertInto('people').values(person(owner)).execute();
    for (const { digest } of stored) await trx.insertInto('samples').values(sample(owner, digest)).execute();
  });
}

it('takes the blobs back when the transaction that needed them fails', async () => {
  const before = await server.census();
  const failing = server.services.recordings.store([recording('never kept')], async () => {
    throw new Error('the name is taken');
  });
  await expect(failing).rejects.toThrow('the name is taken');
  expect(await server.census()).toEqual(before);
});

it('erases a recording that two people have only when both are gone', async () => {
  const { recordings, people, objects } = server.services;
  await keep(recordings, 'anna', 'the same words');
  await keep(recordings, 'berta', 'the same words');
  const blob = blobKey(digestOf('the same words'));
  await people.forget('anna');
  expect(await objects.has(blob)).toBe(true);
  await people.forget('berta');
  expect(await objects.has(blob)).toBe(false);
});

/** Dies at the chosen call to the object store: before its effect (even), after it (odd). */
function mortal(objects: ObjectStore, dieAt: number): ObjectStore {
  let calls = 0;
  const killed = () => new Error('killed');
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    const call = calls++;
    if (call >= dieAt && dieAt % 2 === 0) throw killed();
    const result = await work();
    if (call >= dieAt) throw killed();
    return result;
  };
  return {
    put: (key, bytes) => around(() => objects.put(key, bytes)),
    get: (key) => around(() => objects.get(key)),
    read: (key) => objects.read(key),
    has: (key) => around(() => objects.has(key)),
    delete: (key) => around(() => objects.delete(key)),
    list: (prefix) => objects.list(prefix),
  };
}

it.each([0, 1, 2, 3, 4, 5])('leaves nothing behind when killed at call %i', async (dieAt) => {
  const { db, objects, recordings } = server.services;
  const before = await server.census();
  const dying = mortal(objects, dieAt);
  const last = new Recordings({ db, objects: dying, cache: new FeatureCache(dying) });
  const lost = async () => {
    await keep(last, 'carla', 'said by carla');
    await db.deleteFrom('people').where('id', '=', 'carla').execute();
    await db.transaction().execute((trx) => last.markForErasure(trx, [digestOf('said by carla')]));
    await last.erase();
  };
  await lost().catch((error: Error) => expect(error.message).toBe('killed'));
  await db.deleteFrom('people').where('id', '=', 'carla').execute();
  await db.transaction().execute((trx) => recordings.markForErasure(trx, [digestOf('said by carla')]));
  await recordings.recover(0);
  expect(await server.census()).toEqual(before);
});

it('finishes at the next start what a crash left undone', async () => {
  const { db, objects, recordings } = server.services;
  const before = await server.census();
  const digest = digestOf('half enrolled');
  await db.insertInto('recording_intents').values({ batch: 'lost', digest }).execute();
  await objects.put(blobKey(digest), new TextEncoder().encode('half enrolled'));
  await recordings.recover(0);
  expect(await server.census()).toEqual(before);
});

/** Lets another process act when the blobs are written and nothing refers to them yet. */
function interrupted(objects: ObjectStore, act: () => Promise<void>): ObjectStore {
  return {
    put: async (key, bytes) => {
      await objects.put(key, bytes);
      await act();
    },
    get: (key) => objects.get(key),
    read: (key) => objects.read(key),
    has: (key) => objects.has(key),
    delete: (key) => objects.delete(key),
    list: (prefix) => objects.list(prefix),
  };
}

it('leaves alone what another process is in the middle of', async () => {
  const { db, objects, recordings, people } = server.services;
  const between = interrupted(objects, () => recordings.recover());
  await keep(new Recordings({ db, objects: between, cache: new FeatureCache(objects) }), 'dora', 'in time');
  expect(await objects.has(blobKey(digestOf('in time')))).toBe(true);
  await people.forget('dora');
});

it('keeps nothing of what took so long that another process cleared it away', async () => {
  const { db, objects, recordings } = server.services;
  const before = await server.census();
  const between = interrupted(objects, async () => {
    await db
      .updateTable('recording_intents')
      .set({ created_at: new Date(Date.now() - 3_600_000) })
      .execute();
    await recordings.recover();
  });
  const late = new Recordings({ db, objects: between, cache: new FeatureCache(objects) });
  await expect(keep(late, 'emma', 'too late')).rejects.toMatchObject({ code: 'storing_interrupted' });
  expect(await server.census()).toEqual(before);
});
