import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Broken, Killed, ModelWorld, type Place, ports, threshold } from './testing/model-world.ts';

/** How many sequences are tried: a thousand in some seconds, or as many as are asked for. */
const sequences = Number(process.env.VISAVOX_CONTROLLER_SEQUENCES ?? 1000);
/** Of a failure that was printed. */
const seed = process.env.VISAVOX_CONTROLLER_SEED;

const place = fc.nat(3);
/** The call at which the process dies, before or after its effect; or it lives on. */
const death = fc.option(fc.record({ calls: fc.nat(30), after: fc.boolean() }), { freq: 2 });

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('tick' as const), place, death }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('data' as const), place, items: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      place,
      outcome: fc.constantFrom(
        ...(['better', 'better', 'worse', 'failed', 'report failed', 'canceled'] as const),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retrain' as const), place, death }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hand in' as const), place, death }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rollback' as const), place, death }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('propose' as const), place, death, which: fc.nat(5) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('promote' as const), place, death, which: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const), place, paused: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('upgrade' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('offer' as const),
      place,
      way: fc.constantFrom('release' as const, 'train' as const, 'register' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      port: fc.constantFrom(...ports),
      fault: fc.constantFrom('away' as const, 'broken' as const, null),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 61) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

it('keeps its promises whatever happens in whichever order', async () => {
  const sequence = fc.asyncProperty(
    fc.array(step, { minLength: 4, maxLength: 50, size: 'max' }),
    async (steps) => {
      const world = new ModelWorld();
      await begin(world);
      for (const one of steps) {
        await take(world, one);
        await check(world);
      }
      await comeToRest(world);
    },
  );
  await fc.assert(sequence, { numRuns: sequences, ...(seed && { seed: Number(seed) }) });
}, 3_600_000);

/** Each model has a first version that somebody released, in all environments but one. */
async function begin(world: ModelWorld): Promise<void> {
  for (const [index, { model, environment }] of world.places.entries()) {
    const bundle = digestOf(`first ${model}`);
    const version = world.registerVersion(model, bundle);
    if (index === 3) continue;
    const id = `first-${index}`;
    const reason = 'the first';
    const createdAt = world.now().toISOString();
    await world.releases.create({
      ...{ id, model, environment, version, bundle, reason, createdAt, stage: 'preparing', promotedAt: null },
    });
    await world.releases.promote(id, reason);
    const first = world.places[index];
    if (first) first.hadChampion = true;
  }
}

async function take(world: ModelWorld, one: Step): Promise<void> {
  const at = 'place' in one ? world.places[one.place] : undefined;
  world.death = 'death' in one ? one.death && { ...one.death } : null;
  world.byHand = one.do === 'rollback' || one.do === 'promote';
  if (one.do === 'upgrade') {
    world.pipeline++;
    world.restart();
  } else if (one.do === 'fault') {
    if (one.fault) world.faults.set(one.port, one.fault);
    else world.faults.delete(one.port);
  } else if (one.do === 'wait') world.wait(one.seconds);
  else if (at) await allowing(world, () => takeAt(world, at, one));
  world.death = null;
}

async function takeAt(world: ModelWorld, at: Place, one: Step): Promise<unknown> {
  const controller = world.controller(at);
  switch (one.do) {
    case 'tick':
      return controller.tick();
    case 'data':
      at.items += one.items;
      return;
    case 'finish': {
      const run = await world.unfinished(at);
      return run && world.finish(run, one.outcome);
    }
    case 'retrain':
      return controller.retrainNow('by hand');
    case 'hand in':
      return controller.judgeCandidate({}, 'by hand');
    case 'rollback':
      return controller.rollback('by hand');
    case 'propose':
      return controller.propose(1 + (one.which % world.versionsOf(at.model)), 'by hand');
    case 'promote': {
      const all = await world.releases.list(at.environment, at.model);
      return controller.promote(all[one.which % Math.max(1, all.length)]?.id ?? 'none', 'by hand');
    }
    case 'pause':
      return controller.setPaused(one.paused);
    case 'offer':
      return world.offer(at, one.way);
  }
}

/** Refusals and failures of ports are part of life, and so is death; anything else is a fault of the controller. */
async function allowing(world: ModelWorld, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (world.violation) throw world.violation;
    if (error instanceof Killed) return world.restart();
    if (!(error instanceof UserError || error instanceof Broken)) throw error;
  }
  // A death that the controller kept to itself.
  if (world.isDead) world.restart();
}

async function check(world: ModelWorld): Promise<void> {
  if (world.violation) throw world.violation;
  for (const { model, environment, hadChampion } of world.places) {
    const champions = (await world.releases.list(environment, model)).filter(
      ({ stage }) => stage === 'champion',
    );
    expect(champions.length, `champions of ${model} in ${environment}`).toBe(hadChampion ? 1 : 0);
    expect(champions.every(({ promotedAt }) => promotedAt !== null)).toBe(true);
  }
}

/** Once nothing fails any more, all that was due is trained and nothing hangs. */
async function comeToRest(world: ModelWorld): Promise<void> {
  world.faults.clear();
  world.restart();
  world.byHand = false;
  for (const at of world.places) await world.controller(at).setPaused(false);
  for (const at of world.places) {
    let quiet = 0;
    for (let round = 0; round < 12 && quiet < 2; round++) {
      world.wait(3600);
      await allowing(world, () => world.controller(at).tick());
      const run = await world.unfinished(at);
      if (run) await world.finish(run, 'better');
      quiet = run ? 0 : quiet + 1;
    }
  }
  await check(world);
  for (const at of world.places) {
    const { training, counts } = await world.controller(at).progress();
    const where = `${at.model} in ${at.environment}`;
    expect(training, where).toBeNull();
    const champion = await world.champion(at);
    if (!champion) continue;
    expect(counts.items, `not trained on in ${where}`).toBeLessThan(threshold);
    expect(await world.wasTrained(at), `taken for trained on in ${where}`).toBe(true);
    expect(at.serving, where).toBe(champion.id);
    const stages = (await world.releases.list(at.environment, at.model)).map(({ stage }) => stage);
    expect(stages, where).not.toContain('preparing');
    if (at.environment === 'production') expect(world.aliases.get(at.model)).toBe(champion.version);
  }
}
