import { datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import type { ModelVersion } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { beforeEach, describe, expect, it } from 'vitest';
import { Controller, type ControllerResources } from './controller.ts';
import type { Comparison } from './gate.ts';
import type { OfferedModel } from './offered-model.ts';
import { MemoryControlState, MemoryReleaseStore, ScriptedEngine } from './testing.ts';

const better: Comparison = {
  units: 40,
  unitName: 'machines',
  metrics: [{ metric: 'cost', champion: 0.5, candidate: 0.3, difference: -0.2, low: -0.3, high: -0.1 }],
};
const worse: Comparison = {
  ...better,
  metrics: [{ metric: 'cost', champion: 0.3, candidate: 0.5, difference: 0.2, low: 0.1, high: 0.3 }],
};

const version1: Release = {
  id: 'first',
  environment: 'production',
  model: 'recogniser',
  version: 1,
  bundle: digestOf('one'),
  stage: 'preparing',
  reason: 'published',
  createdAt: '2026-01-01T00:00:00.000Z',
  promotedAt: null,
};

/** One world that survives a crash: stores, engine, and what the application sees. */
class World {
  readonly releases = new MemoryReleaseStore(() => this.now());
  readonly state = new MemoryControlState();
  readonly engine = new ScriptedEngine();
  readonly seenByDataset = new Map<string, number>();
  comparison: Comparison = better;
  /** What came with the software. */
  offer: OfferedModel | null = null;
  readonly versions = new Map<Digest, number>([[version1.bundle, 1]]);
  registryAway = false;
  people = 0;
  serving = 'recogniser:1';
  alias = '';
  prepared: string[] = [];
  /** Why a release does not come up, while there is a reason. */
  trouble: string | undefined;
  clock = Date.parse('2026-01-02T00:00:00Z');
  ids = 0;
  /** Throws at this call to the outside, counted from zero: the process dies there. */
  crashAt = Number.POSITIVE_INFINITY;
  calls = 0;

  now(): Date {
    this.clock += 1000;
    return new Date(this.clock);
  }

  controller(): Controller {
    const subject: ControllerResources['subject'] = {
      countNew: async (since) => ({
        people: this.people - (since ? (this.seenByDataset.get(since) ?? 0) : 0),
      }),
      snapshot: async () => {
        const dataset = datasetVersion('people', [
          {
            key: `people-${this.people}`,
            digest: digestOf(''),
            bytes: 0,
            mediaType: 'text/plain',
            labels: {},
            provenance: {},
          },
        ]);
        this.seenByDataset.set(dataset.digest, this.people);
        return dataset;
      },
      request: async (dataset, champion, base) => ({
        pipelineSpec: {},
        parameters: { champion: champion.bundle, ...(base ? { base } : {}) },
        datasets: [dataset],
        seed: 1,
      }),
      result: async (run) => ({ model: modelOf(run), comparison: this.comparison }),
      offered: async (champion) => (champion.bundle === this.offer?.bundle ? null : this.offer),
    };
    const registry: ControllerResources['registry'] = {
      register: async ({ name, bundle }) => {
        if (this.registryAway) throw new Error('the registry does not answer');
        const version = this.versions.get(bundle) ?? this.versions.size + 1;
        this.versions.set(bundle, version);
        return { ...modelOf('none'), name, version, bundle, run: null };
      },
      get: async (name, version) => ({ ...modelOf('run'), name, version }),
      setAlias: async (name, _alias, version) => {
        this.alias = `${name}:${version}`;
      },
    };
    const target: ControllerResources['target'] = {
      prepare: async (release) => {
        if (this.trouble !== undefined) throw new Error(this.trouble);
        this.prepared.push(release.id);
      },
      activate: async (release) => {
        this.serving = `${release.model}:${release.version}`;
      },
      retire: async () => {},
    };
    return new Controller({
      environment: 'production',
      rule: { thresholds: { people: 5 }, retryAfterSeconds: 60 },
      policy: { minimumUnits: 10, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
      offerPolicy: {
        minimumUnits: 10,
        criteria: [{ metric: 'cost', rule: 'not-surely-worse', tolerance: 0 }],
      },
      subject: this.#mortal(subject),
      state: this.#mortal(this.state),
      engine: this.#mortal(this.engine),
      releases: this.#mortal(this.releases),
      target: this.#mortal(target),
      registry: this.#mortal(registry),
      newId: () => `run-${++this.ids}`,
      now: () => this.now(),
      report: () => {},
    });
  }

  /** Counts calls and dies at the chosen one, half of the time before and half of the time after its effect. */
  #mortal<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          const call = this.calls++;
          if (call >= this.crashAt && this.crashAt % 2 === 0) throw new Error('killed');
          const result = await member.apply(object, args);
          if (call >= this.crashAt) throw new Error('killed');
          return result;
        };
      },
    });
  }
}

function modelOf(run: string): ModelVersion {
  return {
    name: 'recogniser',
    version: 2,
    bundle: digestOf('two'),
    run,
    createdAt: '2026-01-02T00:00:00.000Z',
    metrics: {},
  };
}

let world: World;
beforeEach(async () => {
  world = new World();
  await world.releases.create(version1);
  await world.releases.promote('first', 'published');
});

describe('continuous training', () => {
  it('begins nothing by itself while it is paused, not even after a restart, and does what is asked for', async () => {
    world.people = 5;
    await world.controller().setPaused(true);
    await world.controller().tick();
    expect(world.engine.requests.size).toBe(0);
    expect((await world.controller().progress()).paused).toBe(true);
    expect(await world.controller().retrainNow('by hand')).toMatchObject({ started: true });
    expect(world.engine.requests.size).toBe(1);
    world.engine.finish('run-1', 'succeeded');
    await world.controller().tick();
    world.people = 10;
    await world.controller().tick();
    expect(world.engine.requests.size).toBe(1);
    await world.controller().setPaused(false);
    await world.controller().tick();
    expect(world.engine.requests.size).toBe(2);
  });

  it('trains by itself once enough is new, and releases what passes the gate', async () => {
    const controller = world.controller();
    world.people = 4;
    await controller.tick();
    expect(world.engine.requests.size).toBe(0);

    world.people = 6;
    await controller.tick();
    expect([...world.engine.requests.values()]).toMatchObject([
      { id: 'run-1', trigger: '6 new people (rule: 5)' },
    ]);

    world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect(await world.releases.champion('production')).toMatchObject({ version: 2, stage: 'champion' });
    expect(world.serving).toBe('recogniser:2');
    expect(world.alias).toBe('recogniser:2');

    await controller.tick();
    expect(world.engine.requests.size, 'nothing is new since').toBe(1);
  });

  it('holds back what is not better, and says why', async () => {
    const controller = world.controller();
    world.comparison = worse;
    world.people = 5;
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();

    expect(world.serving).toBe('recogniser:1');
    const [held] = await world.releases.list('production');
    expect(held).toMatchObject({
      stage: 'held-back',
      reason: 'cost 0.3 -> 0.5 (difference 0.1 to 0.3): not better',
    });
  });

  it('tries a release that does not come up some times, then holds it back; the champion goes on', async () => {
    const controller = world.controller();
    world.trouble = 'the pod waits: ErrImagePull';
    world.people = 5;
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    for (let tick = 0; tick < 6; tick++) await controller.tick();

    expect(world.serving).toBe('recogniser:1');
    const stages = (await world.releases.list('production')).map(({ stage, reason }) => ({ stage, reason }));
    expect(stages).toContainEqual({
      stage: 'held-back',
      reason: 'could not be brought up: the pod waits: ErrImagePull',
    });
    expect(await world.releases.champion('production')).toMatchObject({ version: 1 });
    expect((await controller.progress()).training).toBeNull();
  });

  it('releases when what was in the way is gone in time', async () => {
    const controller = world.controller();
    world.trouble = 'Kubernetes does not answer';
    world.people = 5;
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect(world.serving).toBe('recogniser:1');
    world.trouble = undefined;
    await controller.tick();
    expect(world.serving).toBe('recogniser:2');
  });

  it('leaves a failed training alone for a while, then tries again', async () => {
    const controller = world.controller();
    world.people = 5;
    await controller.tick();
    world.engine.finish('run-1', 'failed', 'task train: out of memory');
    await controller.tick();
    await controller.tick();
    expect(world.engine.requests.size).toBe(1);
    expect((await controller.progress()).lastFailure).toMatchObject({ reason: 'task train: out of memory' });

    world.clock += 60_000;
    await controller.tick();
    expect([...world.engine.requests.keys()]).toEqual(['run-1', 'run-2']);
  });

  it('answers the run under way when a training is asked for twice', async () => {
    const controller = world.controller();
    expect(await controller.retrainNow('by hand')).toEqual({ run: 'run-1', started: true });
    expect(await controller.retrainNow('by hand')).toEqual({ run: 'run-1', started: false });
  });
});

describe('rolling back', () => {
  it('serves the release before again, and can be undone the same way', async () => {
    const controller = world.controller();
    world.people = 5;
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();

    await controller.rollback('more refusals than yesterday');
    expect(world.serving).toBe('recogniser:1');
    expect(await world.releases.champion('production')).toMatchObject({
      id: 'first',
      reason: 'rolled back: more refusals than yesterday',
    });
    await controller.rollback('it was the camera');
    expect(world.serving).toBe('recogniser:2');
  });

  it('is refused while there is nothing before', async () => {
    await expect(world.controller().rollback('why not')).rejects.toMatchObject({
      code: 'nothing_to_roll_back_to',
    });
  });
});

it('holds back a version that was proposed and does not come up; it can be proposed again', async () => {
  const controller = world.controller();
  world.trouble = 'a blob is corrupted';
  await expect(controller.propose('recogniser', 2, 'looks good')).rejects.toThrow('corrupted');
  expect(await world.releases.list('production')).toContainEqual(
    expect.objectContaining({
      ...{ version: 2, stage: 'held-back', reason: 'could not be brought up: a blob is corrupted' },
    }),
  );
  expect(world.serving).toBe('recogniser:1');
  world.trouble = undefined;
  const again = await controller.propose('recogniser', 2, 'mended');
  await controller.promote(again.id, 'approved');
  expect(world.serving).toBe('recogniser:2');
});

it('proposes a version beside the champion and promotes it on command', async () => {
  const controller = world.controller();
  const release = await controller.propose('recogniser', 2, 'looks good');
  expect(world.serving).toBe('recogniser:1');
  await controller.promote(release.id, 'approved');
  expect(world.serving).toBe('recogniser:2');
});

describe('a model that comes with the software', () => {
  const offer = (way: OfferedModel['way']): OfferedModel => ({
    ...{ bundle: digestOf('published anew'), reason: 'the published networks of this version', way },
  });
  const stages = async () =>
    (await world.releases.list('production')).map(({ version, stage }) => [version, stage]);

  it('becomes the next version and serves once it is prepared; going back to the one before is final', async () => {
    world.offer = offer('release');
    const controller = world.controller();
    await controller.tick();
    expect(await world.releases.champion('production')).toMatchObject({
      ...{ bundle: world.offer.bundle, version: 2, reason: 'the published networks of this version' },
    });
    expect({ serving: world.serving, alias: world.alias }).toEqual({
      ...{ serving: 'recogniser:2', alias: 'recogniser:2' },
    });
    expect(world.prepared).toHaveLength(1);

    await controller.rollback('refuses more than before');
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:1');
    expect(await stages()).toEqual([
      [2, 'retired'],
      [1, 'champion'],
    ]);
  });

  it('waits while continuous training is paused, and for a registry that is away', async () => {
    world.offer = offer('release');
    await world.controller().setPaused(true);
    await world.controller().tick();
    expect(await stages()).toEqual([[1, 'champion']]);
    await world.controller().setPaused(false);
    world.registryAway = true;
    await world.controller().tick();
    expect(await stages()).toEqual([[1, 'champion']]);
    world.registryAway = false;
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:2');
  });

  it('is tried again after a while where it cannot be prepared, and in the end held back', async () => {
    world.offer = offer('release');
    world.trouble = 'two people would not be recognised any more';
    const controller = world.controller();
    for (let tick = 0; tick < 10; tick++) await controller.tick();
    expect(await stages(), 'not five tries in ten seconds').toContainEqual([2, 'preparing']);
    for (let tick = 0; tick < 5; tick++) {
      world.clock += 60_000;
      await controller.tick();
    }
    expect(world.serving).toBe('recogniser:1');
    expect(await world.releases.list('production')).toContainEqual(
      expect.objectContaining({
        stage: 'held-back',
        reason: 'could not be brought up: two people would not be recognised any more',
      }),
    );
    world.trouble = undefined;
    world.people = 5;
    world.clock += 60_000;
    await controller.tick();
    expect(world.engine.requests.size, 'training goes on').toBe(1);
  });

  it('that served before is left alone', async () => {
    world.offer = offer('release');
    await world.controller().tick();
    world.offer = { ...offer('release'), bundle: version1.bundle };
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:2');
  });

  it('is trained from first where the champion was trained, and goes out unless that is surely worse', async () => {
    world.offer = offer('train');
    const controller = world.controller();
    await controller.tick();
    expect([...world.engine.requests.values()]).toMatchObject([
      {
        trigger: 'the published networks of this version',
        parameters: { champion: version1.bundle, base: world.offer.bundle },
      },
    ]);
    expect(world.versions.get(world.offer.bundle), 'it has a version of its own').toBe(2);
    world.comparison = {
      ...better,
      metrics: better.metrics.map((one) => ({ ...one, difference: 0, low: -1 })),
    };
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect((await world.releases.champion('production'))?.bundle).toBe(modelOf('run-1').bundle);
    await controller.tick();
    expect(world.engine.requests.size).toBe(1);
  });

  it('stays behind a trained champion that is surely better, and says so', async () => {
    world.offer = offer('train');
    world.comparison = worse;
    const controller = world.controller();
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    await controller.tick();
    expect(world.serving).toBe('recogniser:1');
    expect(world.engine.requests.size).toBe(1);
    const [held] = await world.releases.list('production');
    expect(held).toMatchObject({ stage: 'held-back', reason: expect.stringContaining('surely worse') });
  });

  it('goes out where there are too few to compare on', async () => {
    world.offer = offer('train');
    world.comparison = { ...worse, units: 3 };
    const controller = world.controller();
    await controller.tick();
    world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect(await world.releases.champion('production')).toMatchObject({
      reason: 'only 3 machines to compare on, too few to keep the champion for',
    });
  });

  it('is given up after three trainings that failed, or one that was canceled, where everybody sees it', async () => {
    world.offer = offer('train');
    const controller = world.controller();
    for (const run of ['run-1', 'run-2', 'run-3']) {
      await controller.tick();
      world.engine.finish(run, 'failed', 'task train: out of memory');
      await controller.tick();
      world.clock += 60_000;
    }
    await controller.tick();
    expect(world.engine.requests.size).toBe(3);
    expect(await stages()).toContainEqual([2, 'held-back']);

    world.offer = { ...offer('train'), bundle: digestOf('and another') };
    await controller.tick();
    world.engine.finish('run-4', 'canceled');
    world.clock += 60_000;
    await controller.tick();
    expect(await stages()).toContainEqual([3, 'held-back']);
  });

  it('is only registered where an operator has to decide', async () => {
    world.offer = offer('register');
    await world.controller().tick();
    expect(world.versions.get(world.offer.bundle)).toBe(2);
    expect(await stages()).toEqual([[1, 'champion']]);
  });

  it.each(Array.from({ length: 34 }, (_, index) => index))(
    'is released once and whole when the process is killed at call %i',
    async (crashAt) => {
      world.offer = offer('release');
      world.crashAt = crashAt;
      await world
        .controller()
        .tick()
        .catch((error: Error) => expect(error.message).toBe('killed'));
      world.crashAt = Number.POSITIVE_INFINITY;
      world.clock += 60_000;
      for (let tick = 0; tick < 3; tick++) await world.controller().tick();
      expect(await stages()).toEqual([
        [2, 'champion'],
        [1, 'retired'],
      ]);
      expect([world.serving, world.alias]).toEqual(['recogniser:2', 'recogniser:2']);
      expect(world.versions.size).toBe(2);
    },
  );
});

/** The process dies at every single call to the outside in turn, before its effect (even) or after it (odd). */
it.each(Array.from({ length: 44 }, (_, index) => index))(
  'reaches the same end when killed at call %i',
  async (crashAt) => {
    world.people = 5;
    const restart = async () => {
      const controller = world.controller();
      await controller.tick();
      for (const run of world.engine.requests.keys()) world.engine.finish(run, 'succeeded');
      await controller.tick();
    };
    world.crashAt = crashAt;
    await restart().catch((error: Error) => expect(error.message).toBe('killed'));
    world.crashAt = Number.POSITIVE_INFINITY;
    await restart();
    await restart();

    expect(world.engine.requests.size, 'one training for one reason').toBe(1);
    const champions = (await world.releases.list('production')).filter(
      (release) => release.stage === 'champion',
    );
    expect(champions).toMatchObject([{ version: 2 }]);
    expect(world.alias).toBe('recogniser:2');
    // What a restarted server serves is the champion of the store; one that lives on was told.
    expect(world.prepared.length).toBeGreaterThan(0);
  },
);
