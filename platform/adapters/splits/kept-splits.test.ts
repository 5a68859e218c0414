import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatasetItem, datasetVersion, findDataset } from '@visavox/core/dataset';
import type { KeptSplit, SplitRule } from '@visavox/core/dataset-split';
import { type Digest, digestOf } from '@visavox/core/digest';
import { getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import { beforeEach, describe, expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { SqlDatasetStore } from '../sql/dataset-store.ts';
import { PlatformLineage } from '../sql/platform-lineage.ts';
import { SqlSplitStore } from '../sql/split-store.ts';
import { describeOnEachDatabase } from '../sql/test-databases.ts';
import { KeptSplits } from './kept-splits.ts';

const rule = (by: string, given: Partial<SplitRule> = {}): SplitRule => {
  const [how = '', column = ''] = by.split(':');
  return {
    ...{ by: how as SplitRule['by'], column, group: null, seed: 3 },
    shares: [
      { part: 'train', share: 0.7 },
      { part: 'test', share: 0.3 },
    ],
    ...given,
  };
};

describeOnEachDatabase('splits', (database) => {
  let objects: ObjectStore;
  let datasets: SqlDatasetStore;
  let splits: KeptSplits;
  beforeEach(async () => {
    objects = await FolderObjectStore.open(await mkdtemp(join(tmpdir(), 'visavox-objects-')));
    const { db } = database();
    datasets = new SqlDatasetStore(db, objects);
    const store = new SqlSplitStore(db, objects);
    splits = new KeptSplits({ datasets, store, objects, now: () => new Date('2026-05-01T12:00:00Z') });
  });

  const item = async (
    key: string,
    content: string,
    labels: DatasetItem['labels'] = {},
  ): Promise<DatasetItem> => ({
    ...{ key, labels, mediaType: 'text/plain', provenance: { source: 'here' }, bytes: content.length },
    digest: await putBlob(objects, Buffer.from(content)),
  });
  const saved = async (...items: readonly Promise<DatasetItem>[]): Promise<Digest> => {
    const version = datasetVersion('birds', await Promise.all(items));
    await datasets.save(version);
    return version.digest;
  };
  const keysOf = async ({ split }: KeptSplit) =>
    Object.fromEntries(
      await Promise.all(
        split.parts.map(async ({ part, dataset }) => {
          const { manifest } = await datasets.get(dataset);
          return [part, manifest.items.map(({ key }) => key)] as const;
        }),
      ),
    );
  /** The rows of each part, without the first line. */
  const rowsOf = async ({ split }: KeptSplit) =>
    Object.fromEntries(
      await Promise.all(
        split.parts.map(async ({ part, dataset }) => {
          const { manifest } = await datasets.get(dataset);
          const texts = await Promise.all(manifest.items.map(({ digest }) => getBlob(objects, digest)));
          const rows = texts.flatMap((bytes) => Buffer.from(bytes).toString().trimEnd().split('\n').slice(1));
          return [part, rows] as const;
        }),
      ),
    );

  describe('of files', () => {
    const recordings = (people: number) =>
      Array.from({ length: people * 3 }, (_, index) =>
        item(`${index}.wav`, `sound ${index}`, { person: `person ${Math.floor(index / 3)}` }),
      );

    it('keep what has one label together, and are versions that are not listed', async () => {
      const digest = await saved(...recordings(20));
      const kept = await splits.create(digest, { name: 'default', rule: rule('group:person') });
      const { train = [], test = [] } = await keysOf(kept);
      expect(train.length + test.length).toBe(60);
      const people = (keys: readonly string[]) =>
        new Set(keys.map((key) => Math.floor(Number.parseInt(key, 10) / 3)));
      for (const person of people(train)) expect(people(test)).not.toContain(person);
      expect(await datasets.list()).toMatchObject([
        { name: 'birds', splits: [{ name: 'default', parts: [{ part: 'train' }, { part: 'test' }] }] },
      ]);
      expect(await datasets.latest('birds')).toBe(digest);
    });

    it('are found as parts of their version, also by those who name a part alone', async () => {
      const digest = await saved(...recordings(20));
      const { split } = await splits.create(digest, { name: 'default', rule: rule('group:person') });
      const train = split.parts[0]?.dataset;
      const listed = await datasets.list();
      for (const reference of [
        'birds/train',
        'birds/default/train',
        `${digest}/train`,
        `birds@${digest}/train`,
        train,
      ])
        expect(findDataset(reference ?? '', listed).digest).toBe(train);
      expect(() => findDataset('birds/validation', listed)).toThrow(/has no part "validation"/);
      await splits.create(digest, { name: 'other', rule: rule('group:person', { seed: 9 }) });
      const both = await datasets.list();
      expect(() => findDataset('birds/train', both)).toThrow('has several splits with a part "train"');
      expect(findDataset('birds/default/train', both).digest).toBe(train);
    });

    it('never change: the same wish is the same split, and another one wants another name', async () => {
      const digest = await saved(...recordings(20));
      const wish = { name: 'default', rule: rule('group:person') };
      const [first, again] = await Promise.all([splits.create(digest, wish), splits.create(digest, wish)]);
      expect(again).toEqual(first);
      expect(await splits.list(digest)).toEqual([first]);
      await expect(
        splits.create(digest, { ...wish, rule: rule('group:person', { seed: 4 }) }),
      ).rejects.toMatchObject({ code: 'split_exists' });
    });

    it('leave everybody where they were when data is added', async () => {
      const wish = { name: 'default', rule: rule('stratum:person') };
      const before = await keysOf(await splits.create(await saved(...recordings(10)), wish));
      const kept = await splits.create(await saved(...recordings(30)), wish);
      expect(kept.split.follows).toMatch(/^sha256:/);
      const after = await keysOf(kept);
      for (const part of ['train', 'test'])
        expect(after[part]).toEqual(expect.arrayContaining(before[part] ?? []));
    });

    it('are refused where the same content is on both sides', async () => {
      const digest = await saved(
        ...recordings(20),
        ...Array.from({ length: 8 }, (_, index) =>
          item(`copy ${index}.wav`, 'a copy', { person: `other ${index}` }),
        ),
      );
      await expect(
        splits.create(digest, { name: 'default', rule: rule('group:person') }),
      ).rejects.toMatchObject({
        code: 'split_leaks',
        message: expect.stringMatching(
          /copy \d\.wav in (train|test) and copy \d\.wav in .* have the same content/,
        ),
      });
      expect(await splits.list(digest)).toEqual([]);
    });

    it('are refused where somebody has no label, or nobody has it', async () => {
      const digest = await saved(...recordings(5), item('nobody.wav', 'of nobody'));
      await expect(
        splits.create(digest, { name: 'default', rule: rule('group:person') }),
      ).rejects.toMatchObject({
        code: 'split_value_missing',
        message: '1 has no person, such as in nobody.wav',
      });
      await expect(
        splits.create(digest, { name: 'default', rule: rule('group:patient') }),
      ).rejects.toMatchObject({
        code: 'split_column_unknown',
        action: 'Split by one of the labels: person.',
      });
    });

    it('by time go by dates with zones', async () => {
      const times = ['2026-05-01T12:00:00+02:00', '2026-05-01T11:00:00Z', '2026-05-02', '2026-05-03'];
      const digest = await saved(...times.map((taken, index) => item(`${index}.wav`, taken, { taken })));
      const { train, test } = await keysOf(
        await splits.create(digest, { name: 'default', rule: rule('time:taken') }),
      );
      expect({ train, test }).toEqual({ train: ['0.wav', '1.wav', '2.wav'], test: ['3.wav'] });
    });
  });

  describe('of tables', { timeout: 60_000 }, () => {
    const visits = (patients: number) =>
      `patient;date;note\n${Array.from(
        { length: patients * 2 },
        (_, index) =>
          `p${Math.floor(index / 2)};2026-01-${String(1 + (index % 28)).padStart(2, '0')};"says; ""${index}"""`,
      ).join('\n')}\n`;

    it('keep the rows of one group together, in their order and as they were written', async () => {
      const digest = await saved(item('visits.csv', visits(30)), item('README.md', 'about'));
      const kept = await splits.create(digest, { name: 'default', rule: rule('group:patient') });
      expect(kept.split).toMatchObject({ of: 'rows', leftOut: ['README.md'] });
      const { train = [], test = [] } = await rowsOf(kept);
      const lines = visits(30).trimEnd().split('\n').slice(1);
      expect(lines.filter((line) => train.includes(line))).toEqual(train);
      expect(new Set([...train, ...test])).toEqual(new Set(lines));
      const patients = (rows: readonly string[]) => new Set(rows.map((row) => row.split(';')[0]));
      for (const patient of patients(train)) expect(patients(test)).not.toContain(patient);
    });

    it('keep equal rows together, and take a table as it is where all of it is in one part', async () => {
      const one = 'patient,date\na,2026-01-01\na,2026-01-01\n';
      const digest = await saved(
        item('1.csv', one),
        item(
          '2.csv',
          `patient,date\n${Array.from({ length: 40 }, (_, n) => `p${n},2026-02-01`).join('\n')}\n`,
        ),
      );
      const kept = await splits.create(digest, { name: 'default', rule: rule('stratum:date') });
      const { train = [], test = [] } = await rowsOf(kept);
      const together = [train, test].map((rows) => rows.filter((row) => row === 'a,2026-01-01').length);
      expect(together.sort()).toEqual([0, 2]);
      const parts = await Promise.all(kept.split.parts.map(({ dataset }) => datasets.get(dataset)));
      expect(parts.flatMap(({ manifest }) => manifest.items.map((part) => part.digest))).toContain(
        digestOf(one),
      );
    });

    it('by time have a moment in one part, and name what is no moment', async () => {
      const digest = await saved(item('visits.csv', visits(14)));
      const kept = await splits.create(digest, { name: 'default', rule: rule('time:date') });
      expect(kept.split.cuts).toMatchObject([{ part: 'test', text: '2026-01-21' }]);
      expect(kept.split.parts).toMatchObject([{ rows: 20 }, { rows: 8 }]);
      await expect(
        splits.create(digest, { name: 'other', rule: rule('time:patient') }),
      ).rejects.toMatchObject({
        code: 'split_not_a_time',
        message: '"p0" in patient of visits.csv is no moment',
      });
      const twice = await saved(
        item('visits.csv', 'patient,date\na,2026-01-01\nb,2026-02-01\na,2026-03-01\n'),
      );
      await expect(
        splits.create(twice, { name: 'default', rule: rule('time:date', { group: 'patient' }) }),
      ).rejects.toMatchObject({
        code: 'split_leaks',
        message: expect.stringContaining('patient "a" is in train (2026-01-01) and in test (2026-03-01)'),
      });
    });

    it('are refused with the file where it is broken, or has no such column', async () => {
      const broken = await saved(item('visits.csv', 'patient,date\na,1\nb,2,3\n'));
      await expect(
        splits.create(broken, { name: 'default', rule: rule('group:patient') }),
      ).rejects.toMatchObject({
        code: 'table_unreadable',
        message: expect.stringContaining('visits.csv, line 3'),
      });
      const other = await saved(item('visits.csv', visits(3)), item('z.csv', 'date\n1\n'));
      await expect(
        splits.create(other, { name: 'default', rule: rule('group:patient') }),
      ).rejects.toMatchObject({
        message: 'z.csv has no column patient',
      });
      const empty = await saved(item('visits.csv', 'patient,date\na,1\n,2\n'));
      await expect(
        splits.create(empty, { name: 'default', rule: rule('group:patient') }),
      ).rejects.toMatchObject({
        message: '1 has no patient, such as in visits.csv',
      });
    });

    it('are on the line from the version to what is made of its parts', async () => {
      const digest = await saved(item('visits.csv', visits(30)));
      const { split } = await splits.create(digest, { name: 'default', rule: rule('group:patient') });
      const lineage = new PlatformLineage(database().db);
      const [train] = split.parts;
      expect(await lineage.outOf({ kind: 'dataset', id: digest })).toMatchObject([
        {
          relation: 'split into',
          to: { id: train?.dataset, label: expect.stringMatching(/^birds\/train /) },
        },
        { relation: 'split into' },
      ]);
      expect(await lineage.into({ kind: 'dataset', id: train?.dataset ?? '' })).toMatchObject([
        { relation: 'split into', from: { id: digest } },
        { relation: 'contained in' },
      ]);
    });
  });
});
