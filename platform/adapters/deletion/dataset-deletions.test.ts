import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeManifest } from '@visavox/core/code';
import { type DatasetItem, datasetVersion } from '@visavox/core/dataset';
import { canonicalJson, type Digest, digestOf } from '@visavox/core/digest';
import { hasBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import { exampleRun, exampleTask } from '@visavox/pipelines/run-store.contract';
import { beforeEach, expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { KeptSplits } from '../splits/kept-splits.ts';
import { SqlDatasetStore } from '../sql/dataset-store.ts';
import { SqlDeletedVersions } from '../sql/deleted-versions.ts';
import { SqlModelVersions } from '../sql/model-versions.ts';
import { PlatformLineage } from '../sql/platform-lineage.ts';
import { exampleRelease } from '../sql/release-store.contract.ts';
import { SqlReleaseStore } from '../sql/release-store.ts';
import { SqlRunStore } from '../sql/run-store.ts';
import { SqlSplitStore } from '../sql/split-store.ts';
import { describeOnEachDatabase } from '../sql/test-databases.ts';
import { KeptDeletions } from './dataset-deletions.ts';

describeOnEachDatabase('deleting a dataset version', (database) => {
  let objects: ObjectStore;
  let datasets: SqlDatasetStore;
  let deletions: KeptDeletions;
  const now = () => new Date('2026-05-01T12:00:00Z');
  const opened = (heldByApplication = false) =>
    new KeptDeletions({
      ...{ datasets, objects, heldByApplication, now, alone: (work) => work() },
      store: new SqlDeletedVersions(database().db),
    });
  beforeEach(async () => {
    objects = await FolderObjectStore.open(await mkdtemp(join(tmpdir(), 'visavox-objects-')));
    datasets = new SqlDatasetStore(database().db, objects);
    deletions = opened();
  });

  const saved = async (...texts: readonly string[]): Promise<Digest> => {
    const items = texts.map(
      async (text): Promise<DatasetItem> => ({
        ...{
          key: `${text}.txt`,
          labels: { first: text.slice(0, 1) },
          provenance: {},
          mediaType: 'text/plain',
        },
        ...{ digest: await putBlob(objects, Buffer.from(text)), bytes: text.length },
      }),
    );
    const version = datasetVersion('words', await Promise.all(items));
    await datasets.save(version);
    return version.digest;
  };
  const there = async (...texts: readonly string[]) =>
    Promise.all(texts.map((text) => hasBlob(objects, digestOf(text))));
  const wish = { reason: 'taken back', by: 'operator', evenIfReleased: false };
  const run = (changes: Parameters<typeof exampleRun>[0], dataset: Digest) =>
    new SqlRunStore(database().db).save(
      exampleRun({ ...changes, pins: { ...exampleRun().pins, ...changes?.pins, datasets: [dataset] } }),
    );

  it('frees what no other version has, and remembers who, when and why', async () => {
    const older = await saved('apple', 'pear');
    await saved('pear', 'quince');
    const tombstone = await deletions.delete(older, wish);
    expect(tombstone).toMatchObject({
      ...{ dataset: older, name: 'words', items: 2, deletedBy: 'operator', reason: 'taken back' },
      ...{ deletedAt: '2026-05-01T12:00:00.000Z', freed: { blobs: 1, bytes: 5 }, released: [] },
    });
    expect(await there('apple', 'pear', 'quince')).toEqual([false, true, true]);
    expect(await hasBlob(objects, older)).toBe(false);
    expect(await datasets.list()).toMatchObject([{ items: 2 }]);
    await expect(datasets.get(older)).rejects.toMatchObject({
      ...{ kind: 'gone', code: 'dataset_deleted' },
      message: expect.stringContaining('of words was deleted on 2026-05-01 by operator: taken back'),
    });
    expect(await deletions.list('words')).toEqual([tombstone]);
    expect(await deletions.list('others')).toEqual([]);
  });

  it('may be taken back by importing the same again; the tombstone stays', async () => {
    const digest = await saved('apple');
    await deletions.delete(digest, wish);
    expect(await saved('apple')).toBe(digest);
    expect((await datasets.get(digest)).manifest.items).toHaveLength(1);
    expect(await deletions.list()).toHaveLength(1);
  });

  it('leaves what the code of a run, or an artifact, has as well', async () => {
    const digest = await saved('apple', 'pear', 'quince');
    const code = canonicalJson(
      codeManifest([{ path: 'data/apple.txt', digest: digestOf('apple'), bytes: 5, executable: false }], []),
    );
    await putBlob(objects, Buffer.from(code));
    const model = {
      ...{ name: 'model', digest: digestOf('pear'), bytes: 4 },
      ...{ type: 'system.Model', metadata: {} },
    };
    const tasks = [exampleTask('train', { outputs: { parameters: {}, artifacts: { model: [model] } } })];
    const pins = { ...exampleRun().pins, code: digestOf(code) };
    await run({ id: 'r1', state: 'succeeded', pins, tasks }, digest);
    await deletions.delete(digest, wish);
    expect(await there('apple', 'pear', 'quince')).toEqual([true, true, false]);
    const into = await new PlatformLineage(database().db).into({ kind: 'run', id: 'r1' });
    expect(into).toMatchObject([
      { from: { id: digest, label: expect.stringMatching(/^words \(deleted\) /) } },
    ]);
  });

  it('is refused while a run has it, and where a model made from it is released unless that is said', async () => {
    const digest = await saved('apple');
    await run({ id: 'busy', state: 'running' }, digest);
    await expect(deletions.delete(digest, { ...wish, evenIfReleased: true })).rejects.toMatchObject({
      code: 'dataset_in_use',
      message: expect.stringContaining('the run busy has not ended'),
    });
    await run({ id: 'busy', state: 'succeeded' }, digest);
    const { db } = database();
    await new SqlModelVersions(db).save({
      ...{ name: 'speller', version: 1, run: 'busy', bundle: digestOf('bundle'), metrics: {} },
      createdAt: '2026-03-01T11:00:00.000Z',
    });
    const releases = new SqlReleaseStore(db);
    await releases.create(exampleRelease('r', { model: 'speller', version: 1 }));
    await releases.promote('r', 'better');
    await expect(deletions.delete(digest, wish)).rejects.toMatchObject({
      code: 'dataset_released',
      message: expect.stringMatching(/: speller:1 in \w+$/),
    });
    expect(await there('apple')).toEqual([true]);
    const { released } = await deletions.delete(digest, { ...wish, evenIfReleased: true });
    expect(released).toEqual([expect.stringMatching(/^speller:1 in /)]);
  });

  it('takes its parts along, which cannot be deleted by themselves', async () => {
    const digest = await saved(...Array.from({ length: 20 }, (_, index) => `word ${index}`));
    const store = new SqlSplitStore(database().db, objects);
    const splits = new KeptSplits({ datasets, store, objects, now });
    const shares = ['train', 'test'].map((part) => ({ part, share: 0.5 }));
    const rule = { by: 'stratum', column: 'first', group: null, seed: 1, shares } as const;
    const { split } = await splits.create(digest, {
      name: 'default',
      rule: { ...rule, shares: [...shares] },
    });
    const part = split.parts[0]?.dataset ?? digest;
    await expect(deletions.delete(part, wish)).rejects.toMatchObject({ code: 'dataset_is_part' });
    expect(await deletions.delete(digest, wish)).toMatchObject({ freed: { bytes: 130 } });
    await expect(datasets.get(part)).rejects.toMatchObject({ code: 'unknown_dataset' });
    expect(await hasBlob(objects, part)).toBe(false);
  });

  it('goes on where it was killed in between', async () => {
    const digest = await saved('apple');
    await new SqlDeletedVersions(database().db).bury({
      ...{
        dataset: digest,
        name: 'words',
        items: 1,
        reason: 'taken back',
        deletedBy: 'operator',
        released: [],
      },
      ...{ createdAt: '2026-04-01T00:00:00.000Z', deletedAt: '2026-05-01T00:00:00.000Z' },
    });
    expect(await deletions.list()).toMatchObject([{ freed: null }]);
    expect(await there('apple')).toEqual([true]);
    await opened().finish();
    expect(await there('apple')).toEqual([false]);
    expect(await deletions.list()).toMatchObject([{ freed: { blobs: 1, bytes: 5 } }]);
  });

  it('removes no bytes that an application may hold', async () => {
    const digest = await saved('apple');
    expect(await opened(true).delete(digest, wish)).toMatchObject({ freed: { blobs: 0, bytes: 0 } });
    expect(await there('apple')).toEqual([true]);
    expect(await hasBlob(objects, digest)).toBe(false);
  });
});
