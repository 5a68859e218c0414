import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Dimension } from '@visavox/core/search-space';
import type { Outcome, SweepPlan } from '@visavox/core/sweep';
import { Environments } from '@visavox/pipelines/environments/environments';
import { toolSettings } from '@visavox/pipelines/environments/tool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optuna } from './optuna.ts';

const plan: SweepPlan = {
  space: {
    rate: Dimension.parse({ low: 1e-4, high: 1, log: true }),
    units: Dimension.parse({ low: 16, high: 128, integer: true, step: 16 }),
    layers: Dimension.parse({ values: [[64], [64, 32]] }),
  },
  ...{ sampler: 'bayesian', trials: 24, parallel: 2, metric: 'score', goal: 'maximize', seed: 3 },
};

describe('points that Optuna proposes', { timeout: 180_000 }, () => {
  let folder: string;
  let propose: ReturnType<typeof optuna>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visavox-optuna-'));
    const setup =
      process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '..', '..', '.visavox', 'setup');
    const path = [join(setup, 'python', 'bin'), process.env.PATH].join(delimiter);
    const environment = { PATH: path, HOME: process.env.HOME ?? '', ...toolSettings() };
    propose = optuna({ environments: new Environments({ folder, environment }), environment, log: () => {} });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const tried = (number: number, rate: number, score: number | null): Outcome => ({
    ...{ number, run: `r${number}`, parameters: { rate, units: 32, layers: [64] } },
    ...{ state: score === null ? 'running' : 'succeeded', value: score, reason: null },
  });

  it('lie in the space, and are the same for the same search', async () => {
    const search = { plan, outcomes: [tried(1, 0.1, 0.5)], wanted: 2 };
    const points = await propose(search);
    expect(points).toHaveLength(2);
    for (const { rate, units, layers } of points) {
      expect(Number(rate)).toBeGreaterThanOrEqual(1e-4);
      expect(Number(rate)).toBeLessThanOrEqual(1);
      expect(Number(units) % 16).toBe(0);
      expect([[64], [64, 32]]).toContainEqual(layers);
    }
    expect(await propose(search)).toEqual(points);
  });

  it('come to lie where it was good', async () => {
    const outcomes = Array.from({ length: 16 }, (_, index) => {
      const rate = 10 ** (-4 + index / 4);
      return tried(index + 1, rate, -Math.abs(Math.log10(rate) + 1));
    });
    const points = await propose({ plan, outcomes: [...outcomes, tried(17, 0.2, null)], wanted: 5 });
    const near = points.filter(({ rate }) => Math.abs(Math.log10(Number(rate)) + 1) < 1);
    expect(near.length).toBeGreaterThanOrEqual(4);
  });
});
