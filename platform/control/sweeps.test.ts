import { UserError } from '@visavox/core/errors';
import { InMemoryObjects } from '@visavox/core/in-memory-objects.fixture';
import type { Curve } from '@visavox/core/median-stopping';
import type { SweepStore, TrackedCurves } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { Dimension } from '@visavox/core/search-space';
import type { Outcome, Sweep, SweepPlan } from '@visavox/core/sweep';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { exampleRun, exampleTask } from '@visavox/pipelines/run-store.contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { runOfTrial, Sweeps, type SweepsResources } from './sweeps.ts';

class MemorySweepStore implements SweepStore {
  readonly sweeps = new Map<string, Sweep>();

  async create(sweep: Sweep): Promise<void> {
    this.sweeps.set(sweep.id, sweep);
  }

  async get(id: string): Promise<Sweep | undefined> {
    return this.sweeps.get(id);
  }

  async list({ unfinished }: { unfinished?: boolean }): Promise<readonly Sweep[]> {
    return [...this.sweeps.values()].filter(({ finishedAt }) => !unfinished || finishedAt === null);
  }

  async change(id: string, change: (sweep: Sweep) => Sweep): Promise<Sweep | undefined> {
    const sweep = this.sweeps.get(id);
    if (sweep) this.sweeps.set(id, change(sweep));
    return this.sweeps.get(id);
  }
}

const plan: SweepPlan = {
  space: { rate: Dimension.parse({ low: 0, high: 1 }) },
  ...{ sampler: 'random', trials: 4, parallel: 2, metric: 'accuracy', goal: 'maximize', seed: 1 },
};

/** The id of a trial's run. */
const trial = (number: number) => runOfTrial('s', number);

let store: MemorySweepStore;
let runs: MemoryRunStore;
let ended: { sweep: Sweep; outcomes: readonly Outcome[] }[];
let curves: Map<string, Curve>;
/** What the engine throws at the next submission. */
let trouble: Error | undefined;

beforeEach(() => {
  store = new MemorySweepStore();
  runs = new MemoryRunStore();
  ended = [];
  curves = new Map();
  trouble = undefined;
});

async function run(id: string, changes: Partial<RunRecord> = {}): Promise<void> {
  const before = (await runs.get(id)) ?? exampleRun({ id, tasks: [] });
  await runs.save({ ...before, ...changes });
}

const succeed = (id: string, accuracy: number) =>
  run(id, {
    state: 'succeeded',
    tasks: [exampleTask('t', { outputs: { parameters: { accuracy }, artifacts: {} }, trackingRun: id })],
  });

/** As a process that has just started has them. */
function sweeps(changes: Partial<SweepsResources> = {}): Sweeps {
  const tracked: TrackedCurves = {
    latest: async () => undefined,
    history: async (id) => (curves.get(id) ?? []).map((point) => ({ ...point, time: new Date(0) })),
  };
  return new Sweeps({
    ...{ store, runs, objects: new InMemoryObjects(), curves: tracked, now: () => new Date(0) },
    engine: {
      async submit({ id, sweep, parameters }) {
        if (trouble) throw trouble;
        const known = await runs.get(id);
        const pins = { ...exampleRun().pins, parameters };
        const tasks = [exampleTask('t', { state: 'running', trackingRun: id })];
        if (!known) await run(id, { state: 'running', sweep: sweep ?? '', pins, tasks });
        return id;
      },
      cancel: (id) => run(id, { state: 'canceled' }),
    },
    propose: async () => [],
    finished: async (sweep, outcomes) => void ended.push({ sweep, outcomes }),
    report: () => {},
    ...changes,
  });
}

const objects = new InMemoryObjects();
const begin = (changes: Partial<SweepPlan> = {}) =>
  sweeps({ objects }).create({
    ...{ id: 's', pipeline: 'example', pipelineSpec: {}, plan: { ...plan, ...changes } },
    run: { parameters: {}, datasets: [], seed: 1, useCache: true },
  });
const tick = (changes: Partial<SweepsResources> = {}) => sweeps({ objects, ...changes }).tick();
const now = () => store.sweeps.get('s');

describe('a sweep', () => {
  it('has as many trials under way as it may, until all have ended', async () => {
    await begin();
    await tick();
    expect(now()?.trials.map(({ run: id }) => id)).toEqual([trial(1), trial(2)]);
    await tick();
    expect(now()?.trials).toHaveLength(2);
    await succeed(trial(1), 0.5);
    await tick();
    expect(now()?.trials).toHaveLength(3);
    await run(trial(2), { state: 'failed', reason: 'out of memory' });
    await tick();
    await succeed(trial(3), 0.75);
    await succeed(trial(4), 0.25);
    await tick();
    expect(now()).toMatchObject({ state: 'succeeded', reason: null });
    expect(ended[0]?.outcomes.map(({ value }) => value)).toEqual([0.5, null, 0.75, 0.25]);
  });

  it('submits what was written down by a process that died before it submitted it', async () => {
    await begin();
    const dies = { engine: { submit: () => Promise.reject(new Error('killed')), cancel: async () => {} } };
    await tick(dies);
    const planned = now()?.trials;
    expect(planned).toHaveLength(2);
    expect((await runs.list({})).length).toBe(0);
    await tick();
    expect(now()?.trials).toEqual(planned);
    expect((await runs.list({})).map(({ id }) => id).sort()).toEqual([trial(1), trial(2)].sort());
    expect((await runs.get(trial(1)))?.pins.parameters).toEqual(planned?.[0]?.parameters);
  });

  it('says what it waits for, and goes on when it is there', async () => {
    await begin();
    const words = {
      kind: 'unavailable',
      code: 'x',
      message: 'no uv is here.',
      action: 'Install it.',
    } as const;
    trouble = new UserError(words);
    await tick();
    expect(now()).toMatchObject({ state: 'running', reason: 'no uv is here. Install it.' });
    trouble = undefined;
    await tick();
    await succeed(trial(1), 1);
    await tick();
    expect(now()).toMatchObject({ state: 'running', reason: null });
  });

  it('ends where its runs cannot be submitted', async () => {
    await begin();
    trouble = new UserError({ kind: 'invalid', code: 'x', message: 'It is none.', action: 'Correct it.' });
    await tick();
    expect(now()).toMatchObject({ state: 'failed', reason: 'It is none. Correct it.' });
  });

  it('does not hold up the others', async () => {
    await begin();
    store.sweeps.set('broken', {
      ...(now() as Sweep),
      id: 'broken',
      run: { ...(now() as Sweep).run, pipeline: `sha256:${'0'.repeat(64)}` },
    });
    store.sweeps.set('z', { ...(now() as Sweep), id: 'z' });
    await tick();
    expect(store.sweeps.get('z')?.trials).toHaveLength(2);
    expect(await runs.get(runOfTrial('z', 1))).toBeDefined();
  });

  it('begins no more where all that have ended failed, and waits for those that still run', async () => {
    await begin({ trials: 8, parallel: 2 });
    await tick();
    for (const id of [trial(1), trial(2)]) await run(id, { state: 'failed', reason: 'no disk' });
    await tick();
    await run(trial(3), { state: 'failed', reason: 'no disk' });
    await tick();
    expect(now()?.trials).toHaveLength(4);
    expect(now()?.state).toBe('running');
    await run(trial(4), { state: 'failed', reason: 'no disk' });
    await tick();
    expect(now()).toMatchObject({ state: 'failed', reason: expect.stringContaining('4 trials failed') });
  });

  it('goes on after it was resumed, although its first trials failed', async () => {
    await begin({ trials: 8, parallel: 3 });
    await tick();
    for (const id of [trial(1), trial(2), trial(3)]) await run(id, { state: 'failed', reason: 'no disk' });
    await tick();
    expect(now()).toMatchObject({ state: 'failed', reason: expect.stringContaining('no disk') });
    await sweeps().resume('s');
    await tick();
    expect(now()?.trials).toHaveLength(6);
    expect(now()?.state).toBe('running');
  });

  it('cancels a trial that has fallen behind the others, and begins the next', async () => {
    await begin({ trials: 5, parallel: 4, stopEarly: { metric: 'val', afterSteps: 1 } });
    await tick();
    const line = (...values: number[]) => values.map((value, step) => ({ step, value }));
    for (const [id, last] of [
      [trial(1), 0.9],
      [trial(2), 0.8],
      [trial(3), 0.7],
    ] as const) {
      curves.set(id, line(0.4, 0.6, last));
      await succeed(id, last);
    }
    curves.set(trial(4), line(0.1, 0.2));
    await tick();
    expect((await runs.get(trial(4)))?.state).toBe('canceled');
    expect(now()?.trials[3]).toMatchObject({ stopped: true });
    expect(now()?.trials).toHaveLength(5);
    await succeed(trial(5), 0.1);
    await tick();
    expect(now()?.state).toBe('succeeded');
  });
});
