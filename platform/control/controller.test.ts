import { datasetVersion } from '@visavox/core/dataset';
import { type Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { ScriptedEngine } from '@visavox/pipelines/scripted-engine';
import { beforeEach, describe, expect, it } from 'vitest';
import { Controller } from './controller.ts';
import type { ControllerResources } from './controller-resources.ts';
import type { Comparison } from './gate.ts';
import type { OfferedModel } from './offered-model.ts';
import { MemoryControlState, MemoryReleaseStore } from './testing/memory-stores.ts';
import type { TrainingSubject } from './training-subject.ts';
import { thresholds } from './triggers/thresholds.ts';

const better: Comparison = {
  units: 40,
  unitName: 'machines',
  metrics: [{ metric: 'cost', champion: 0.5, candidate: 0.3, difference: -0.2, low: -0.3, high: -0.1 }],
};
const worse: Comparison = {
  ...better,
  metrics: [{ metric: 'cost', champion: 0.3, candidate: 0.5, difference: 0.2, low: 0.1, high: 0.3 }],
};

const away = new UserError({
  ...{ kind: 'unavailable', code: 'tracking_unavailable', message: 'the registry does not answer' },
  action: 'Wait.',
});

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

const train = component({ name: 'train', inputs: {}, outputs: {}, command: () => ['true'] });
/** What is trained by; another one after an upgrade. */
const trainedBy = (name: string) =>
  compile(
    pipeline(
      { name, parameters: { champion: 'string', base: { type: 'string', default: 'none' } } },
      (p) => void p.task(train, {}),
    ),
  );

/** One world that survives a crash: stores, engine, and what the application sees. */
class World {
  readonly releases = new MemoryReleaseStore(() => this.now());
  readonly state = new MemoryControlState();
  engine = new ScriptedEngine();
  readonly seenByDataset = new Map<string, number>();
  pipeline: unknown = trainedBy('training');
  comparison: Comparison = better;
  /** What came with the software. */
  offer: OfferedModel | null = null;
  readonly versions = new Map<Digest, number>([[version1.bundle, 1]]);
  registryAway = false;
  /** A run that failed had registered its model before. */
  registeredAnyway = false;
  /** What a run registers under. */
  modelName = 'recogniser';
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
  /** Dies when this was done, instead. */
  dieAfter: string | undefined;
  dead = false;
  engineAway = false;
  snapshotFault: Error | undefined;
  activationFault: Error | undefined;

  now(): Date {
    this.clock += 1000;
    return new Date(this.clock);
  }

  controller(changes: Partial<ControllerResources> = {}): Controller {
    this.dead = false;
    const subject: TrainingSubject = {
      countNew: async (since) => ({
        people: this.people - (since ? (this.seenByDataset.get(since) ?? 0) : 0),
      }),
      snapshot: async () => {
        if (this.snapshotFault) throw this.snapshotFault;
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
        pipelineSpec: this.pipeline,
        parameters: { champion: champion?.bundle ?? 'none', ...(base ? { base } : {}) },
        datasets: [dataset],
        seed: 1,
      }),
      result: async ({ id, state }) =>
        state === 'succeeded' || this.registeredAnyway
          ? { model: { ...modelOf(id), name: this.modelName }, comparison: this.comparison }
          : null,
      offered: async (champion) => (champion.bundle === this.offer?.bundle ? null : this.offer),
    };
    const registry: ControllerResources['registry'] = {
      register: async ({ name, bundle }) => {
        if (this.registryAway) throw away;
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
        if (this.activationFault) throw this.activationFault;
        this.serving = `${release.model}:${release.version}`;
      },
      retire: async () => {},
    };
    return new Controller({
      model: 'recogniser',
      environment: 'production',
      setsAlias: true,
      counts: ['people'],
      triggers: [thresholds({ people: 5 })],
      retryAfterSeconds: 60,
      policy: { minimumUnits: 10, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] },
      offerPolicy: {
        minimumUnits: 10,
        criteria: [{ metric: 'cost', rule: 'not-surely-worse', tolerance: 0 }],
      },
      subject: this.#mortal(subject),
      state: this.#mortal(this.state),
      engine: this.#mortal(this.engine),
      datasets: { latest: async () => undefined },
      releases: this.#mortal(this.releases),
      target: this.#mortal(target),
      registry: this.#mortal(registry),
      newId: () => `run-${++this.ids}`,
      now: () => this.now(),
      report: () => {},
      ...changes,
    });
  }

  /** Counts calls and dies at the chosen one, half of the time before and half of the time after its effect. */
  #mortal<T extends object>(part: T): T {
    return new Proxy(part, {
      get: (object, name) => {
        const member = Reflect.get(object, name);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (this.dead) throw new Error('killed');
          if (part === this.engine && this.engineAway) throw away;
          const call = this.calls++;
          if (call > this.crashAt || (call === this.crashAt && call % 2 === 0)) throw new Error('killed');
          const result = await member.apply(object, args);
          this.dead = name === this.dieAfter;
          if (call >= this.crashAt || this.dead) throw new Error('killed');
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
    await world.engine.finish('run-1', 'succeeded');
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

    await world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({
      version: 2,
      stage: 'champion',
    });
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
    await world.engine.finish('run-1', 'succeeded');
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
    await world.engine.finish('run-1', 'succeeded');
    for (let tick = 0; tick < 6; tick++) await controller.tick();

    expect(world.serving).toBe('recogniser:1');
    const stages = (await world.releases.list('production')).map(({ stage, reason }) => ({ stage, reason }));
    expect(stages).toContainEqual({
      stage: 'held-back',
      reason: 'could not be brought up: the pod waits: ErrImagePull',
    });
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({ version: 1 });
    expect((await controller.progress()).training).toBeNull();
  });

  it('releases when what was in the way is gone in time', async () => {
    const controller = world.controller();
    world.trouble = 'Kubernetes does not answer';
    world.people = 5;
    await controller.tick();
    await world.engine.finish('run-1', 'succeeded');
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
    await world.engine.finish('run-1', 'failed', { reason: 'task train: out of memory' });
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
    await world.engine.finish('run-1', 'succeeded');
    await controller.tick();

    await controller.rollback('more refusals than yesterday');
    expect(world.serving).toBe('recogniser:1');
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({
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
  await expect(controller.propose(2, 'looks good')).rejects.toThrow('corrupted');
  expect(await world.releases.list('production')).toContainEqual(
    expect.objectContaining({
      ...{ version: 2, stage: 'held-back', reason: 'could not be brought up: a blob is corrupted' },
    }),
  );
  expect(world.serving).toBe('recogniser:1');
  world.trouble = undefined;
  const again = await controller.propose(2, 'mended');
  await controller.promote(again.id, 'approved');
  expect(world.serving).toBe('recogniser:2');
});

it('proposes a version beside the champion and promotes it on command', async () => {
  const controller = world.controller();
  const release = await controller.propose(2, 'looks good');
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
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({
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
    await world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect((await world.releases.champion('production', 'recogniser'))?.bundle).toBe(modelOf('run-1').bundle);
    await controller.tick();
    expect(world.engine.requests.size).toBe(1);
  });

  it('stays behind a trained champion that is surely better, and says so', async () => {
    world.offer = offer('train');
    world.comparison = worse;
    const controller = world.controller();
    await controller.tick();
    await world.engine.finish('run-1', 'succeeded');
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
    await world.engine.finish('run-1', 'succeeded');
    await controller.tick();
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({
      reason: 'only 3 machines to compare on, too few to keep the champion for',
    });
  });

  it('is given up after three trainings that failed, or one that was canceled, where everybody sees it', async () => {
    world.offer = offer('train');
    const controller = world.controller();
    for (const run of ['run-1', 'run-2', 'run-3']) {
      await controller.tick();
      await world.engine.finish(run, 'failed', { reason: 'task train: out of memory' });
      await controller.tick();
      world.clock += 60_000;
    }
    await controller.tick();
    expect(world.engine.requests.size).toBe(3);
    expect(await stages()).toContainEqual([2, 'held-back']);

    world.offer = { ...offer('train'), bundle: digestOf('and another') };
    await controller.tick();
    await world.engine.cancel('run-4');
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
      for (const run of world.engine.requests.keys()) await world.engine.finish(run, 'succeeded');
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

describe('a training that was cut off', () => {
  /** Dies right after the engine has taken the request, before that is written down. */
  async function submittedAndKilled(): Promise<void> {
    world.people = 5;
    world.dieAfter = 'submit';
    await expect(world.controller().tick()).rejects.toThrow('killed');
    world.dieAfter = undefined;
    expect(world.engine.requests.size).toBe(1);
  }

  it('is the same run after a rollback and an upgrade, and does not undo the rollback', async () => {
    const proposed = await world.controller().propose(2, 'looks good');
    await world.controller().promote(proposed.id, 'approved');
    await submittedAndKilled();
    await world.controller().rollback('refuses more than before');
    world.pipeline = trainedBy('training-of-a-newer-version');
    await world.controller().tick();
    expect([...world.engine.requests.keys()]).toEqual(['run-2']);
    await world.engine.finish('run-2', 'succeeded');
    await world.controller().tick();

    expect(world.serving, 'the rollback stands').toBe('recogniser:1');
    expect((await world.releases.list('production'))[0]).toMatchObject({
      stage: 'held-back',
      reason: 'compared with another champion than serves now, which is recogniser:1',
    });
    expect([...world.engine.requests.values()][1]).toMatchObject({
      ...{ id: 'run-3', trigger: '5 new people (rule: 5)', parameters: { champion: version1.bundle } },
    });
    await world.engine.finish('run-3', 'succeeded');
    await world.controller().tick();
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({ id: 'release-run-3' });
  });

  it('goes on where a version that did not write the request down left it', async () => {
    await submittedAndKilled();
    const key = 'controller/production/recogniser';
    const { training } = (await world.state.get(key)) as { training: object };
    const { request: _, champion: __, ...older } = training as Record<string, unknown>;
    await world.state.set(key, {
      ...{
        training: older,
        requested: null,
        trainedOn: null,
        lastFailure: null,
        prepareFailures: 0,
        alias: null,
      },
    });
    world.pipeline = trainedBy('training-of-a-newer-version');
    await world.controller().tick();
    expect([...world.engine.requests.keys()]).toEqual(['run-1']);
    await world.engine.finish('run-1', 'succeeded');
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:2');
  });
});

describe('what waiting does not cure', () => {
  it('ends the training after a few tries, is shown to operators, and the next one can begin', async () => {
    world.pipeline = { hello: 1 };
    world.people = 5;
    const controller = world.controller();
    await controller.tick();
    expect((await controller.progress()).training).toMatchObject({
      ...{ run: 'run-1', phase: 'submitting', failures: 1, trouble: expect.stringContaining('pipeline') },
    });
    for (let tick = 0; tick < 4; tick++) await controller.tick();
    expect(await controller.progress()).toMatchObject({
      ...{ training: null, lastFailure: { run: 'run-1', reason: expect.stringMatching(/^submitting: /) } },
    });
    world.pipeline = trainedBy('mended');
    world.clock += 60_000;
    await controller.tick();
    expect([...world.engine.requests.keys()]).toEqual(['run-2']);
  });

  it('ends it too where the engine has lost the run, and where the result cannot be read', async () => {
    world.people = 5;
    const controller = world.controller();
    await controller.tick();
    world.engine = new ScriptedEngine();
    for (let tick = 0; tick < 5; tick++) await world.controller().tick();
    expect(await controller.progress()).toMatchObject({
      ...{ training: null, lastFailure: { run: 'run-1', reason: 'running: There is no run run-1.' } },
    });
  });

  it('is counted for nothing while something is unavailable', async () => {
    world.people = 5;
    world.engineAway = true;
    for (let tick = 0; tick < 20; tick++) await expect(world.controller().tick()).rejects.toBe(away);
    world.engineAway = false;
    await world.controller().tick();
    expect([...world.engine.requests.keys()]).toEqual(['run-1']);
  });

  it('is told of where no training could begin', async () => {
    world.people = 5;
    world.snapshotFault = new TypeError('a sample has no digest');
    await world.controller().tick();
    expect(await world.controller().progress()).toMatchObject({
      ...{ training: null, lastFailure: { run: null, reason: 'a sample has no digest' } },
    });
  });

  it('leaves a champion that was promoted and could not be activated what it is', async () => {
    world.people = 5;
    await world.controller().tick();
    await world.engine.finish('run-1', 'succeeded');
    world.activationFault = new Error('the pod is gone');
    for (let tick = 0; tick < 8; tick++)
      await world
        .controller()
        .tick()
        .catch(() => undefined);
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({ version: 2 });
    expect(await world.controller().progress()).toMatchObject({
      ...{ training: null, lastFailure: { reason: 'released, but not activated: the pod is gone' } },
    });
    world.activationFault = undefined;
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:2');
  });
});

it('judges a model whose report could not be written', async () => {
  world.people = 5;
  await world.controller().tick();
  world.registeredAnyway = true;
  await world.engine.finish('run-1', 'failed', { reason: 'report failed: the disk is full' });
  await world.controller().tick();
  expect(world.serving).toBe('recogniser:2');
  expect((await world.controller().progress()).lastFailure).toMatchObject({
    ...{ run: 'run-1', reason: 'after the model was registered: report failed: the disk is full' },
  });
});

it('judges nothing that somebody canceled', async () => {
  world.people = 5;
  await world.controller().tick();
  world.registeredAnyway = true;
  await world.engine.cancel('run-1');
  await world.controller().tick();
  expect(world.serving).toBe('recogniser:1');
  expect(await world.releases.list('production')).toHaveLength(1);
});

it('holds back a proposal that nobody brings up any more, since its process died', async () => {
  world.dieAfter = 'prepare';
  await expect(world.controller().propose(2, 'looks good')).rejects.toThrow('killed');
  world.dieAfter = undefined;
  await world.controller().tick();
  expect((await world.releases.list('production'))[0]).toMatchObject({
    stage: 'held-back',
    reason: 'nobody brings it up any more; propose its version again',
  });
});

it('keeps a training of one environment and one model to itself', async () => {
  world.people = 5;
  await world.controller().tick();
  for (const place of [{ environment: 'staging' }, { model: 'digits' }]) {
    const other = world.controller(place);
    expect(await other.progress()).toMatchObject({ training: null });
    await other.tick();
    await expect(other.rollback('why not')).rejects.toMatchObject({ code: 'nothing_to_roll_back_to' });
    await expect(other.promote('first', 'not its own')).rejects.toMatchObject({ code: 'unknown_release' });
    await expect(other.retrainNow('by hand')).rejects.toMatchObject({ code: 'no_champion' });
  }
  expect(world.engine.requests.size).toBe(1);
  expect(world.serving).toBe('recogniser:1');
});

it('refuses triggers that wait for what is not counted, and names that are none', () => {
  expect(() => world.controller({ triggers: [thresholds({ visitors: 5 })] })).toThrowError(
    expect.objectContaining({ code: 'unknown_count', action: 'Use what is counted: people.' }),
  );
  expect(() =>
    world.controller({ triggers: [thresholds({ people: 1 }), thresholds({ people: 2 })] }),
  ).toThrowError(expect.objectContaining({ code: 'trigger_twice' }));
  expect(() => world.controller({ environment: 'a/b' })).toThrowError(
    expect.objectContaining({ code: 'name_invalid' }),
  );
});

it('trains and releases the first version where the model allows for it, and judges it by its own limits', async () => {
  const limit = {
    minimumUnits: 10,
    criteria: [{ metric: 'cost', rule: 'at-most' as const, tolerance: 0.4 }],
  };
  const digits = () =>
    world.controller({
      ...{ model: 'digits', environment: 'test', policy: limit },
      subject: {
        startsWithoutChampion: true,
        countNew: async () => ({ people: world.people }),
        snapshot: async () => datasetVersion('people', []),
        request: async () => ({
          pipelineSpec: world.pipeline,
          parameters: { champion: '' },
          datasets: [],
          seed: 1,
        }),
        result: async ({ id }) => ({ model: { ...modelOf(id), name: 'digits' }, comparison: better }),
      },
    });
  world.people = 5;
  await digits().tick();
  await world.engine.finish('run-1', 'succeeded');
  await digits().tick();
  expect(await world.releases.champion('test', 'digits')).toMatchObject({
    id: 'release-run-1',
    reason: 'the first version: there is none to compare with; cost 0.3: within 0.4',
  });
  expect(await world.releases.champion('production', 'recogniser')).toMatchObject({ id: 'first' });
});

it('refuses what a run registered under the name of another model', async () => {
  world.people = 5;
  await world.controller().tick();
  await world.engine.finish('run-1', 'succeeded');
  const foreign = world.controller();
  world.modelName = 'digits';
  for (let tick = 0; tick < 5; tick++) await foreign.tick();
  expect((await foreign.progress()).lastFailure?.reason).toBe(
    'running: run run-1 trained recogniser and registered digits:2',
  );
});
