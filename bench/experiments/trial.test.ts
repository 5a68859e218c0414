import { ExperimentPlan } from '@visavox/core/experiment';
import { describe, expect, it } from 'vitest';
import { chance, type Rates, stream } from './people.ts';
import { tried } from './trial.ts';

/** A hundred experiments of each kind, looked at after each outcome. */
function outcomes(kind: 'shadow' | 'ab', rates: Rates, people: number): Record<string, number> {
  const plan = ExperimentPlan.parse({
    ...{ kind, metrics: [{ name: 'refusals', role: 'primary' }], ramp: [{ share: 0.5, people: 1 }] },
    horizon: { people: 100_000, days: 1000 },
  });
  const counts: Record<string, number> = {};
  for (let seed = 0; seed < 100; seed++) {
    const { outcome } = tried(stream(rates, { people, rounds: 40 }, chance(seed)), plan, `salt ${seed}`);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

describe('simulated experiments', () => {
  it('seldom decide where there is nothing to find', () => {
    const shadow = outcomes('shadow', { champion: 0.04, challenger: 0.04 }, 60);
    const ab = outcomes('ab', { champion: 0.04, challenger: 0.04 }, 60);
    for (const { promote = 0, reject = 0 } of [shadow, ab]) {
      expect(promote).toBeLessThanOrEqual(10);
      expect(reject).toBeLessThanOrEqual(10);
    }
  });

  it('find in shadow that errors are halved, and never the contrary', () => {
    const { promote = 0, reject = 0 } = outcomes('shadow', { champion: 0.04, challenger: 0.02 }, 200);
    expect(promote).toBeGreaterThan(90);
    expect(reject).toBe(0);
  });

  it('stop a challenger that does harm', () => {
    const { promote = 0, reject = 0 } = outcomes('ab', { champion: 0.02, challenger: 0.1 }, 200);
    expect(reject).toBeGreaterThan(60);
    expect(promote).toBe(0);
  });
});
