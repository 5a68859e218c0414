import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasetVersion } from '@visavox/core/dataset';
import { digestOf, shortDigest } from '@visavox/core/digest';
import { trace } from '@visavox/core/lineage';
import { exampleRun } from '@visavox/pipelines/run-store.contract';
import { beforeEach, expect, it } from 'vitest';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { exampleItem } from './dataset-store.contract.ts';
import { SqlDatasetStore } from './dataset-store.ts';
import { SqlModelVersions } from './model-versions.ts';
import { PlatformLineage } from './platform-lineage.ts';
import { exampleRelease } from './release-store.contract.ts';
import { SqlReleaseStore } from './release-store.ts';
import { SqlRunStore } from './run-store.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describeOnEachDatabase('lineage', (database) => {
  const people = datasetVersion('people', [exampleItem('ada/1'), exampleItem('bob/1')]);
  const others = datasetVersion('people', [exampleItem('eve/1')]);
  const pinsOn = (dataset: string) => ({ ...exampleRun().pins, datasets: [dataset] });

  beforeEach(async () => {
    const { db } = database();
    const objects = await FolderObjectStore.open(await mkdtemp(join(tmpdir(), 'visavox-objects-')));
    const datasets = new SqlDatasetStore(db, objects);
    await datasets.save(people);
    await datasets.save(others);
    const runs = new SqlRunStore(db);
    await runs.save(exampleRun({ id: 'train-1', pins: pinsOn(people.digest) }));
    await runs.save(exampleRun({ id: 'train-2', pins: pinsOn(others.digest) }));
    const models = new SqlModelVersions(db);
    for (const [version, run] of [
      [1, null],
      [2, 'train-1'],
      [3, 'train-2'],
    ] as const)
      await models.save({
        name: 'recogniser',
        version,
        run,
        bundle: digestOf(`bundle ${version}`),
        createdAt: '2026-03-01T11:00:00.000Z',
        metrics: {},
      });
    const releases = new SqlReleaseStore(db);
    await releases.create(exampleRelease('release-2', { version: 2 }));
    await releases.create(exampleRelease('release-3', { version: 3 }));
    await releases.promote('release-2', 'better');
  });

  const edges = async (kind: 'sample' | 'release' | 'model', id: string) =>
    (await trace({ kind, id }, [new PlatformLineage(database().db)])).edges.map(
      ({ from, relation, to }) => `${from.label ?? from.id} ${relation} ${to.label ?? to.id}`,
    );

  it('leads from a release back to the recordings', async () => {
    expect(await edges('release', 'release-2')).toEqual([
      'recogniser:2 released as release-2',
      'train-1 produced recogniser:2',
      `people ${shortDigest(people.digest)} input of train-1`,
      `ada/1 contained in people ${shortDigest(people.digest)}`,
      `bob/1 contained in people ${shortDigest(people.digest)}`,
    ]);
  });

  it('leads from a recording to what it reached, and to nothing else', async () => {
    expect(await edges('sample', 'bob/1')).toEqual([
      `bob/1 contained in people ${shortDigest(people.digest)}`,
      `people ${shortDigest(people.digest)} input of train-1`,
      'train-1 produced recogniser:2',
      'recogniser:2 released as production, champion',
    ]);
  });

  it('ends at a model that nothing here has trained, and knows nothing of an unknown name', async () => {
    expect(await edges('model', 'recogniser:1')).toEqual([]);
    expect(await edges('model', 'no reference')).toEqual([]);
  });
});
