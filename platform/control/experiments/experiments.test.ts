import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type Arm, type Experiment, ExperimentPlan, type ExperimentRecord } from '@visavox/core/experiment';
import type { Release } from '@visavox/core/release';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryExperiments } from '../testing/memory-experiments.ts';
import { Experiments } from './experiments.ts';

let kept: MemoryExperiments;
let clock: Date;
let releases: Release[];
let carriedOut: string[];
/** What carrying a decision out throws. */
let trouble: Error | undefined;

beforeEach(() => {
  kept = new MemoryExperiments();
  clock = new Date('2026-01-05T12:00:00Z');
  releases = [release('old', 'champion'), release('new', 'shadow')];
  carriedOut = [];
  trouble = undefined;
});

function release(id: string, stage: Release['stage']): Release {
  return {
    ...{ id, stage, environment: 'production', model: 'birds', version: 1, bundle: digestOf(id) },
    ...{ reason: '', createdAt: '2026-01-01T00:00:00Z', promotedAt: null },
  };
}

/** As a process that was started anew finds it. */
function started(): Experiments {
  const carryOut = (what: string) => async (_experiment: Experiment, reason: string) => {
    if (trouble) throw trouble;
    carriedOut.push(`${what}: ${reason}`);
  };
  return new Experiments({
    ...{ store: kept, journal: kept, now: () => clock, newId: () => 'e', report: () => {} },
    releases: { list: async () => releases },
    promote: carryOut('promoted'),
    holdBack: carryOut('held back'),
  });
}

const place = { model: 'birds', environment: 'production' };
const planned = (given: object) =>
  ExperimentPlan.parse({ metrics: [{ name: 'refusals', role: 'primary' }], ...given });
const begun = (given: object) => started().begin('new', place, planned(given));

let requests = 0;
/** One attempt of somebody; whether it was an error for either arm. */
function attempt(key: string, errors: Partial<Record<Arm, 0 | 1>>): ExperimentRecord {
  const values = Object.entries(errors).map(([arm, refusals]) => [arm, { refusals }]);
  return { request: `q${++requests}`, key, at: clock.toISOString(), ...Object.fromEntries(values) };
}
const people = (count: number) => Array.from({ length: count }, (_, index) => `person ${index}`);
const ends = async () => {
  await started().tick();
  return kept.all.get('e');
};

describe('a shadow test', () => {
  it('promotes a challenger that errs less, as soon as that is sure', async () => {
    const { id } = await begun({ kind: 'shadow' });
    await started().record(
      id,
      people(4).map((key) => attempt(key, { champion: 1, challenger: 0 })),
    );
    expect((await ends())?.state).toBe('running');
    await started().record(
      id,
      people(9).map((key) => attempt(key, { champion: 1, challenger: 0 })),
    );
    expect(await ends()).toMatchObject({ state: 'ended', decision: { outcome: 'promote' } });
    expect(carriedOut).toEqual([expect.stringMatching(/^promoted: experiment e: fewer refusals/)]);
  });

  it('counts people and no attempts: one person who errs often decides nothing', async () => {
    const { id } = await begun({ kind: 'shadow' });
    await started().record(
      id,
      Array.from({ length: 60 }, () => attempt('ann', { champion: 1, challenger: 0 })),
    );
    expect((await ends())?.state).toBe('running');
  });

  it('rejects one that does harm, also by a guardrail', async () => {
    const metrics = [
      { name: 'refusals', role: 'primary' },
      { name: 'timeouts', role: 'guardrail' },
    ];
    const { id } = await begun({ kind: 'shadow', metrics });
    const slow = (key: string): ExperimentRecord => ({
      ...attempt(key, {}),
      champion: { refusals: 1, timeouts: 0 },
      challenger: { refusals: 0, timeouts: 1 },
    });
    await started().record(id, people(20).map(slow));
    expect(await ends()).toMatchObject({
      decision: { outcome: 'reject', reason: expect.stringContaining('more timeouts') },
    });
  });

  it('ends at its horizon, and leaves who is to stay where there is no difference', async () => {
    const alike = (otherwise: Arm) => begun({ kind: 'shadow', window: 1, margin: 0.1, otherwise });
    const { id } = await alike('challenger');
    await started().record(
      id,
      people(200).map((key) => attempt(key, { champion: 0, challenger: 0 })),
    );
    expect((await ends())?.state).toBe('running');
    clock = new Date('2026-02-05T12:00:00Z');
    expect(await ends()).toMatchObject({ decision: { outcome: 'no-difference' } });
    expect(carriedOut).toEqual([expect.stringMatching(/^promoted/)]);
  });

  it('is undecided where little was seen by then', async () => {
    await begun({ kind: 'shadow' });
    clock = new Date('2026-02-05T12:00:00Z');
    expect(await ends()).toMatchObject({ decision: { outcome: 'undecided' } });
    expect(carriedOut).toEqual([expect.stringMatching(/^held back/)]);
  });
});

describe('an A/B test', () => {
  const half = { kind: 'ab', ramp: [{ share: 0.5, people: 1 }] };

  it('gives a key one arm for its whole time, over restarts and a growing share', async () => {
    const { id } = await begun({ kind: 'ab' });
    const arms = await Promise.all(people(300).map((key) => started().expose(id, key)));
    expect(arms.filter(({ arm }) => arm === 'challenger').length).toBeGreaterThan(0);
    expect(arms.map(({ share }) => share)).toContain(0.01);
    const again = await Promise.all(people(300).map((key) => started().expose(id, key)));
    expect(again).toEqual(arms);
  });

  it('stops a challenger that does harm', async () => {
    const { id } = await begun(half);
    for (const key of people(120)) {
      const { arm } = await started().expose(id, key);
      await started().record(id, [attempt(key, { [arm]: arm === 'challenger' ? 1 : 0 })]);
    }
    expect(await ends()).toMatchObject({ decision: { outcome: 'reject' } });
  });

  it('certifies that one is not inferior, and is held to what was told of the arm that served', async () => {
    const { id } = await begun({ ...half, window: 1, margin: 0.1, otherwise: 'challenger' });
    for (const key of people(400)) {
      const { arm } = await started().expose(id, key);
      await started().record(id, [attempt(key, { [arm]: 0 })]);
    }
    expect(await ends()).toMatchObject({ decision: { outcome: 'no-difference' } });
  });

  it('is broken where people are not shared out as they should be', async () => {
    const { id } = await begun(half);
    // As an application does that serves everyone by the champion and tells so.
    for (const key of people(60)) await kept.expose(id, { key, arm: 'champion', share: 0.5 });
    expect(await ends()).toMatchObject({ decision: { outcome: 'broken' } });
  });
});

describe('outcomes', () => {
  it('count once, and only of keys that were exposed', async () => {
    const { id } = await begun({ kind: 'ab', ramp: [{ share: 0.5, people: 1 }] });
    const { arm } = await started().expose(id, 'ann');
    const batch = [attempt('ann', { [arm]: 1 }), attempt('stranger', { champion: 1 })];
    expect(await started().record(id, batch)).toEqual({ counted: 1, known: 0, unexposed: 1 });
    expect(await started().record(id, batch)).toEqual({ counted: 0, known: 1, unexposed: 1 });
  });

  it('of the future, of another metric, or of no arm are refused as a batch', async () => {
    const { id } = await begun({ kind: 'shadow' });
    const good = attempt('ann', { champion: 0, challenger: 0 });
    for (const wrong of [
      { ...good, request: 'a', at: '2026-01-06T12:00:00Z' },
      { ...good, request: 'b', challenger: { refused: 1 as const } },
      attempt('ann', { champion: 1 }),
    ])
      await expect(started().record(id, [good, wrong])).rejects.toMatchObject({ code: 'outcome_invalid' });
    expect(kept.entriesOf([...kept.all.keys()][0] ?? '')).toEqual([]);
  });

  it('of a test that has ended are refused', async () => {
    const { id } = await begun({ kind: 'shadow' });
    await started().stop(id, 'enough');
    await expect(started().record(id, [])).rejects.toMatchObject({ code: 'experiment_ended' });
    await expect(started().expose(id, 'ann')).rejects.toMatchObject({ code: 'experiment_ended' });
  });
});

describe('a decision', () => {
  it('is carried out after a crash, and stands', async () => {
    const { id } = await begun({ kind: 'shadow' });
    trouble = new Error('killed');
    await expect(started().stop(id, 'enough')).rejects.toThrow('killed');
    expect(kept.all.get(id)).toMatchObject({ state: 'deciding', decision: { reason: 'enough' } });
    trouble = undefined;
    expect(await ends()).toMatchObject({
      state: 'ended',
      decision: { outcome: 'stopped', reason: 'enough' },
    });
    expect(carriedOut).toHaveLength(1);
  });

  it('ends also where it cannot be carried out for ever', async () => {
    const { id } = await begun({ kind: 'shadow' });
    trouble = new UserError({ kind: 'not-found', code: 'unknown_release', message: 'gone', action: '' });
    await started().stop(id, 'enough');
    expect(kept.all.get(id)?.state).toBe('ended');
  });

  it('is taken by whoever releases by hand in the middle of it', async () => {
    await begun({ kind: 'shadow' });
    releases = [release('old', 'retired'), release('new', 'shadow'), release('newest', 'champion')];
    expect(await ends()).toMatchObject({ decision: { outcome: 'stopped' } });
  });
});

it('is begun with a release that is up beside the champion alone', async () => {
  for (const stage of ['preparing', 'held-back', 'retired', 'champion'] as const) {
    releases = [release('old', 'champion'), release('new', stage)];
    await expect(begun({ kind: 'shadow' })).rejects.toMatchObject({ code: 'no_challenger' });
  }
});
