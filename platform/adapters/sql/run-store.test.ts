import { exampleRun, exampleTask, runStoreContract } from '@visavox/pipelines/run-store.contract';
import { sql } from 'kysely';
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

  it('keeps metrics whose names are no text for a database in the run alone', async () => {
    const store = new SqlRunStore(database().db);
    const outputs = { parameters: { scores: { 'a\u0000': 1, '\ud83d': 2, fine: 3 } }, artifacts: {} };
    await store.save(exampleRun({ tasks: [exampleTask('one', { outputs })] }));
    const { runs } = await store.page({ sort: { metric: 'fine', order: 'asc' }, start: 0, limit: 1 });
    expect(runs[0]?.metrics).toEqual({ fine: 3 });
    expect((await store.get('run'))?.tasks[0]?.outputs).toEqual(outputs);
  });

  it('summarises runs that were saved before there were summaries', async () => {
    const { db } = database();
    const store = new SqlRunStore(db);
    await store.save(exampleRun());
    await db.updateTable('runs').set({ summary: sql`null` }).execute();
    const { runs } = await store.page({ start: 0, limit: 1 });
    expect(runs[0]).toMatchObject({ metrics: { accuracy: 0.5 }, tasks: { total: 1, finished: 1 } });
  });

  it('saves a run of a thousand tasks', async () => {
    const store = new SqlRunStore(database().db);
    const tasks = Array.from({ length: 1000 }, (_, index) => exampleTask(`embed/${index}`));
    await store.save(exampleRun({ tasks }));
    await store.save(exampleRun({ tasks: tasks.slice(0, 999) }));
    expect((await store.get('run'))?.tasks).toEqual(tasks.slice(0, 999));
  });
});
