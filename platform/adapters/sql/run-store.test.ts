import { exampleRun, exampleTask, runStoreContract } from '@visavox/pipelines/run-store.contract';
import { expect, it } from 'vitest';
import { SqlRunStore } from './run-store.ts';
import { describeOnEachDatabase } from './test-databases.ts';

describeOnEachDatabase('runs', (database) => {
  runStoreContract(async () => new SqlRunStore(database().db));

  it('keeps whatever a task said before it failed', async () => {
    const store = new SqlRunStore(database().db);
    const run = exampleRun({
      tasks: [exampleTask('one', { reason: 'binary \u0000 and half a \ud83d character' })],
    });
    await store.save(run);
    expect(await store.get(run.id)).toEqual(run);
  });

  it('saves a run of a thousand tasks', async () => {
    const store = new SqlRunStore(database().db);
    const tasks = Array.from({ length: 1000 }, (_, index) => exampleTask(`embed/${index}`));
    await store.save(exampleRun({ tasks }));
    await store.save(exampleRun({ tasks: tasks.slice(0, 999) }));
    expect((await store.get('run'))?.tasks).toEqual(tasks.slice(0, 999));
  });
});
