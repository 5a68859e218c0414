import type { Experiment, ExperimentRecord } from '@visavox/core/experiment';
import { ExperimentPlan } from '@visavox/core/experiment';
import { beforeEach, expect, it } from 'vitest';
import { SqlExperimentJournal } from './experiment-journal.ts';
import { SqlExperimentStore } from './experiment-store.ts';
import { describeOnEachDatabase } from './test-databases.ts';

const experiment = (changes: Partial<Experiment> = {}): Experiment => ({
  ...{ id: 'e', model: 'birds', environment: 'production', champion: 'r1', challenger: 'r2' },
  plan: ExperimentPlan.parse({ kind: 'ab', metrics: [{ name: 'refusals', role: 'primary' }] }),
  ...{ state: 'running', decision: null, salt: 'salt', createdAt: '2026-01-05T12:00:00.000Z' },
  ...changes,
});
const outcome = (request: string, key: string, value: 0 | 1 = 1): ExperimentRecord => ({
  ...{ request, key, at: '2026-01-05T12:00:00Z' },
  champion: { refusals: value },
});

describeOnEachDatabase('experiments', (open) => {
  let store: SqlExperimentStore;
  let journal: SqlExperimentJournal;
  beforeEach(async () => {
    const { db } = open();
    store = new SqlExperimentStore(db);
    journal = new SqlExperimentJournal(db);
    await store.create(experiment());
  });

  it('of a model run one at a time in an environment', async () => {
    await expect(store.create(experiment({ id: 'f' }))).rejects.toMatchObject({ code: 'experiment_running' });
    await store.create(experiment({ id: 'g', environment: 'test' }));
    await store.change('e', (now) => ({ ...now, state: 'ended' }));
    await store.create(experiment({ id: 'f', createdAt: '2026-01-06T12:00:00.000Z' }));
    expect((await store.list({})).map(({ id }) => id)).toEqual(['f', 'g', 'e']);
    expect((await store.list({ unfinished: true })).map(({ id }) => id)).toEqual(['f', 'g']);
  });

  it('keep the first arm of a key, whoever asks again and at once', async () => {
    const arms = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        journal.expose('e', { key: 'ann', arm: index % 2 ? 'champion' : 'challenger', share: 0.5 }),
      ),
    );
    expect(new Set(arms.map(({ arm }) => arm)).size).toBe(1);
    expect((await journal.read('e', 0, 10)).length).toBe(1);
    expect([...(await journal.exposuresOf('e', ['ann', 'bob'])).keys()]).toEqual(['ann']);
  });

  it('know how many people each has, however much is told of them', async () => {
    await store.create(experiment({ id: 'f', environment: 'test' }));
    for (const key of ['ann', 'bob', 'ann']) await journal.expose('e', { key, arm: 'champion', share: 0.5 });
    await journal.record('e', [outcome('q1', 'ann'), outcome('q2', 'ann')]);
    expect(await journal.people(['e', 'f'])).toEqual(new Map([['e', 2]]));
    expect(await journal.people([])).toEqual(new Map());
  });

  it('count the outcome of a request once, whoever it is told of', async () => {
    expect(await journal.record('e', [outcome('q1', 'ann'), outcome('q2', 'ann')])).toBe(2);
    expect(await journal.record('e', [outcome('q2', 'ann'), outcome('q3', 'ann')])).toBe(1);
    expect(await journal.record('e', [outcome('q1', 'bob', 0)])).toBe(0);
  });

  it('are read on from a position, in the order in which they were told', async () => {
    await journal.expose('e', { key: 'ann', arm: 'champion', share: 0.5 });
    await Promise.all(['q1', 'q2', 'q3'].map((request) => journal.record('e', [outcome(request, 'ann')])));
    const [first, ...others] = await journal.read('e', 0, 10);
    expect(first).toMatchObject({ exposure: { key: 'ann', arm: 'champion', share: 0.5 } });
    expect(others).toHaveLength(3);
    const rest = await journal.read('e', others[0]?.position ?? 0, 10);
    expect(rest).toEqual(others.slice(1));
  });
});
