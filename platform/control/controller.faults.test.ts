import { ScriptedEngine } from '@visavox/pipelines/scripted-engine';
import { beforeEach, describe, expect, it } from 'vitest';
import { away, newWorld, trainedBy, version1, type World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
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
