import { datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { beforeEach, describe, expect, it } from 'vitest';
import { better, modelOf, newWorld, version1, type World, worse } from './testing/world.ts';
import { thresholds } from './triggers/thresholds.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('continuous training', () => {
  it('begins nothing by itself while it is paused, not even after a restart, and does what is asked for', async () => {
    world.people = 5;
    await world.controller().setPaused(true);
    await world.controller().tick();
    expect(world.engine.requests.size).toBe(0);
    expect((await world.controller().progress()).paused).toBe(true);
    expect(await world.controller().retrainNow('by hand', 'ada')).toMatchObject({ started: true });
    expect([...world.engine.requests.values()]).toMatchObject([{ by: 'ada' }]);
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

describe('a model that somebody made by hand', () => {
  const handIn = () => world.controller().judgeCandidate({ model: 'mine' }, 'heads of mine');

  it('is judged by a run, and released where it passes the gate', async () => {
    expect(await handIn()).toEqual({ run: 'run-1' });
    expect(world.engine.requests.get('run-1')).toMatchObject({
      trigger: 'heads of mine',
      parameters: { champion: version1.bundle },
    });
    await world.engine.finish('run-1', 'succeeded');
    await world.controller().tick();
    expect(await world.releases.champion('production', 'recogniser')).toMatchObject({ version: 2 });
    expect(world.serving).toBe('recogniser:2');
  });

  it('is held back where it does not, and nothing that is new counts as learned from', async () => {
    world.comparison = worse;
    world.people = 4;
    await handIn();
    await world.engine.finish('run-1', 'succeeded');
    await world.controller().tick();
    expect(world.serving).toBe('recogniser:1');
    expect(await world.releases.list('production')).toMatchObject([
      { stage: 'held-back', reason: expect.stringContaining('not better') },
      { stage: 'champion' },
    ]);
    world.people = 5;
    await world.controller().tick();
    expect(world.engine.requests.get('run-2')).toMatchObject({ trigger: '5 new people (rule: 5)' });
  });

  it('is not judged again by itself when another champion serves meanwhile, or when its run is canceled', async () => {
    await handIn();
    await world.releases.create({ ...version1, id: 'other', version: 3, bundle: digestOf('three') });
    await world.releases.promote('other', 'by hand');
    await world.engine.finish('run-1', 'succeeded');
    await world.controller().tick();
    expect(await world.releases.list('production')).toContainEqual(
      expect.objectContaining({ stage: 'held-back', reason: expect.stringContaining('another champion') }),
    );
    const again = await handIn();
    await world.engine.cancel(again.run);
    await world.controller().tick();
    expect((await world.controller().progress()).training).toBeNull();
    expect(world.engine.requests.size).toBe(2);
  });

  it('waits for a training that is under way, and the next training for it', async () => {
    const { run } = await world.controller().retrainNow('by hand');
    await expect(handIn()).rejects.toMatchObject({ code: 'training_under_way', details: { run } });
    await world.engine.finish(run, 'failed');
    await world.controller().tick();
    world.people = 5;
    world.clock += 3_600_000;
    const { run: judging } = await handIn();
    await world.controller().tick();
    expect([...world.engine.requests.keys()]).toEqual([run, judging]);
  });

  it('is submitted by the next process where this one died in between', async () => {
    world.dieAfter = 'set';
    await expect(handIn()).rejects.toThrow('killed');
    world.dieAfter = undefined;
    await world.controller().tick();
    expect(world.engine.requests.get('run-1')).toMatchObject({ trigger: 'heads of mine' });
  });

  it('is refused where the project takes none', async () => {
    const nothing = () => Promise.reject(new Error('not asked for'));
    const subject = { countNew: nothing, snapshot: nothing, request: nothing, result: nothing };
    const controller = world.controller({ subject });
    await expect(controller.judgeCandidate({}, 'mine')).rejects.toMatchObject({
      code: 'candidates_unsupported',
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
