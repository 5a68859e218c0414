import { digestOf } from '@visavox/core/digest';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OfferedModel } from './offered-model.ts';
import { better, modelOf, newWorld, version1, type World, worse } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
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
