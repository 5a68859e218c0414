import { ExperimentPlan, ProductionTestPlan } from '@visavox/core/experiment';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ControllerResources } from './controller-resources.ts';
import { Experiments } from './experiments/experiments.ts';
import { alphaOf, productionTest } from './experiments/production-test.ts';
import { MemoryExperiments } from './testing/memory-experiments.ts';
import { newWorld, type World } from './testing/world.ts';

const place = { model: 'recogniser', environment: 'production' };
const plan = ProductionTestPlan.parse({
  kind: 'shadow',
  metrics: [{ name: 'refusals', role: 'primary' }],
});

let world: World;
let kept: MemoryExperiments;
let requests: number;
let minimum: { minimumRequestsPerDay?: number };
beforeEach(async () => {
  world = await newWorld();
  kept = new MemoryExperiments();
  requests = 0;
  minimum = {};
});

/** As a process that was started anew has them. */
function opened(changes: Partial<ControllerResources> = {}) {
  const experiments: Experiments = new Experiments({
    ...{ store: kept, journal: kept, releases: world.releases },
    promote: async ({ challenger }, reason) => controller().promoteOrAsk(challenger, reason),
    holdBack: async ({ challenger }, reason) => controller().withdraw(challenger, reason),
    newId: () => `experiment-${kept.all.size + 1}`,
    now: () => world.now(),
    report: () => {},
  });
  const controller = () =>
    world.controller({
      productionTest: productionTest({
        ...{ experiments, place, plan: { ...plan, ...minimum } },
        requestsPerDay: async () => requests,
      }),
      ...changes,
    });
  return { experiments, controller };
}

/** Trains on what is new until the run has ended and was judged. */
async function trained(changes: Partial<ControllerResources> = {}): Promise<void> {
  world.people += 6;
  const { controller } = opened(changes);
  await controller().tick();
  await world.engine.finish(`run-${world.ids}`, 'succeeded');
  await controller().tick();
}

/** What becomes of so many people's attempts, one each. */
async function attempts(people: number, champion: 0 | 1, challenger: 0 | 1): Promise<void> {
  const { experiments } = opened();
  const [running] = await experiments.of(place);
  const outcomes = Array.from({ length: people }, (_, index) => ({
    ...{ request: `${running?.id} ${index}`, key: `person ${index}`, at: '2026-01-02T00:00:00Z' },
    ...{ champion: { refusals: champion }, challenger: { refusals: challenger } },
  }));
  await experiments.record(running?.id ?? '', outcomes);
}

describe('a model that is tested in production', () => {
  it('has what passed the gate beside the champion, until people fared better with it', async () => {
    await trained();
    expect(world.serving).toBe('recogniser:1');
    const [candidate] = await world.releases.list('production');
    expect(candidate).toMatchObject({ version: 2, stage: 'shadow' });
    const { experiments, controller } = opened();
    expect(await experiments.of(place)).toMatchObject([{ challenger: candidate?.id, state: 'running' }]);
    expect((await controller().progress()).training).toBeNull();

    await attempts(12, 1, 0);
    await opened().experiments.tick();
    expect(world.serving).toBe('recogniser:2');
    const [champion] = await world.releases.list('production');
    expect(champion).toMatchObject({ version: 2, stage: 'champion' });
    expect(champion?.reason).toContain('fewer refusals with the challenger');
  });

  it('keeps the champion where people fared worse with the candidate', async () => {
    await trained();
    await attempts(12, 0, 1);
    await opened().experiments.tick();
    expect(world.serving).toBe('recogniser:1');
    const [candidate] = await world.releases.list('production');
    expect(candidate).toMatchObject({ version: 2, stage: 'held-back' });
    expect(candidate?.reason).toContain('more refusals with the challenger');
  });

  it('trains again when the test has ended, and not before', async () => {
    await trained();
    world.people += 6;
    await opened().controller().tick();
    expect(world.engine.requests.size).toBe(1);
    await opened().experiments.stop('experiment-1', 'enough');
    await opened().controller().tick();
    expect(world.engine.requests.size).toBe(2);
  });

  it('has what was asked for by hand wait for the test that runs', async () => {
    await trained();
    const { run } = await opened().controller().retrainNow('by hand');
    await world.engine.finish(run, 'succeeded');
    await opened().controller().tick();
    expect((await opened().experiments.of(place)).length).toBe(1);
    expect((await opened().controller().progress()).training).toMatchObject({ phase: 'releasing' });
    await opened().experiments.stop('experiment-1', 'enough');
    await opened().controller().tick();
    expect((await opened().experiments.of(place)).map(({ state }) => state).sort()).toEqual([
      'ended',
      'running',
    ]);
  });

  it('is released by the gate alone where there is too little traffic, and says so', async () => {
    minimum = { minimumRequestsPerDay: 50 };
    requests = 3.25;
    await trained();
    expect(world.serving).toBe('recogniser:2');
    const [champion] = await world.releases.list('production');
    expect(champion?.reason).toContain(
      'released by the gate alone: a test in production takes 50 requests a day, and there were 3.3',
    );
    requests = 50;
    await trained();
    expect(world.serving).toBe('recogniser:2');
    expect(await opened().experiments.of(place)).toHaveLength(1);
  });

  it('asks a second person after the test', async () => {
    const asked: string[] = [];
    const approval: Partial<ControllerResources> = {
      askApproval: async ({ id }) => void asked.push(id),
    };
    await trained(approval);
    expect(asked).toEqual([]);
    await attempts(12, 1, 0);
    const [running] = await opened().experiments.of(place);
    await opened(approval)
      .controller()
      .promoteOrAsk(running?.challenger ?? '', 'fewer refusals');
    expect(asked).toEqual([running?.challenger]);
    expect(world.serving).toBe('recogniser:1');
  });

  it('is tested once, whenever the process dies', async () => {
    for (let crashAt = 0; crashAt < 40; crashAt++) {
      world = await newWorld();
      kept = new MemoryExperiments();
      world.people += 6;
      await opened().controller().tick();
      await world.engine.finish(`run-${world.ids}`, 'succeeded');
      [world.calls, world.crashAt] = [0, crashAt];
      await opened()
        .controller()
        .tick()
        .catch(() => {});
      world.crashAt = Number.POSITIVE_INFINITY;
      await opened().controller().tick();
      await opened().controller().tick();
      expect(await opened().experiments.of(place), `dead at ${crashAt}`).toHaveLength(1);
      const [candidate] = await world.releases.list('production');
      expect(candidate, `dead at ${crashAt}`).toMatchObject({ version: 2, stage: 'shadow' });
      expect(world.serving).toBe('recogniser:1');
    }
  });
});

describe('candidates that follow each other against the same champion', () => {
  it('share one alpha', async () => {
    const shares = Array.from({ length: 10_000 }, (_, index) => alphaOf(0.05, index + 1));
    expect(shares[0]).toBeCloseTo(0.0304, 4);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(0.05);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.0499);

    await trained();
    await attempts(12, 0, 1);
    await opened().experiments.tick();
    await trained();
    const [second, first] = [...kept.all.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
    expect(first?.plan.alpha).toBeCloseTo(alphaOf(0.05, 1), 12);
    expect(second?.plan.alpha).toBeCloseTo(alphaOf(0.05, 2), 12);
    await attempts(20, 1, 0);
    await opened().experiments.tick();
    await trained();
    const third = [...kept.all.values()].find(({ id }) => id === 'experiment-3');
    expect(third?.plan.alpha, 'against the new champion').toBeCloseTo(alphaOf(0.05, 1), 12);
  });

  it('has plans that are plans of experiments', () => {
    expect(ExperimentPlan.safeParse(plan).success).toBe(true);
    expect(ProductionTestPlan.safeParse({ ...plan, minimumTraffic: 3 }).success).toBe(false);
  });
});
