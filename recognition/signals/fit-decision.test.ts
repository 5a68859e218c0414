import { describe, expect, it } from 'vitest';
import { carriedThreshold, fitDecision, fusedThreshold, modalityThreshold } from './fit-decision.ts';

const rates = { targetFmr: 1e-4, modalityFmr: 1e-2 };
const falling = (count: number, step = 0.01) => Array.from({ length: count }, (_, index) => 5 - index * step);
const shareAbove = (ratios: readonly number[], threshold: number) =>
  ratios.filter((ratio) => ratio >= threshold).length / ratios.length;

describe('the threshold of one modality', () => {
  it('keeps the rate with what the number of impostors leaves open', () => {
    const ratios = falling(1000);
    const threshold = carriedThreshold(ratios, 0.01) ?? Number.NaN;
    const share = shareAbove(ratios, threshold);
    expect(share).toBeGreaterThan(0);
    expect(share, 'ten of a thousand would leave up to 1.7 % open').toBeLessThan(0.007);
    expect(carriedThreshold(falling(100), 0.01), 'a hundred carry no claim of one in a hundred').toBeNull();
  });

  it('is never made lower by a handful of people, and made higher by impostors that they have', () => {
    const harmless = { ratios: falling(2000).map((ratio) => ratio - 20), people: 8 };
    expect(modalityThreshold(harmless, 0.01, 3)).toBe(3);
    expect(modalityThreshold({ ...harmless, people: 200 }, 0.01, 3)).toBe(0);
    const alike = { ratios: falling(2000, 0.001), people: 8 };
    const threshold = modalityThreshold(alike, 0.01, 3);
    expect(threshold).toBeGreaterThan(3);
    expect(shareAbove(alike.ratios, threshold)).toBeLessThanOrEqual(0.01);
  });

  it('lets nobody in where impostors cannot be told from the person', () => {
    const ratios = Array.from({ length: 1000 }, () => 4);
    expect(modalityThreshold({ ratios, people: 100 }, 0.01, 2)).toBeGreaterThan(4);
  });
});

describe('the threshold of both', () => {
  it('is met by the share of impostors that was asked for', () => {
    const ratios = Array.from({ length: 200 }, (_, index) => -index / 10);
    const sums = ratios.flatMap((face) => ratios.map((voice) => face + voice));
    const share = shareAbove(sums, fusedThreshold(ratios, ratios, 0.01));
    expect(share).toBeLessThanOrEqual(0.01);
    expect(share).toBeGreaterThan(0.007);
  });

  it('counts those alone who reach both modalities’ own', () => {
    const ratios = falling(1000);
    const floors = { face: 4.9, voice: 4.9 };
    expect(fusedThreshold(ratios, ratios, 1e-3, floors), 'one in ten thousand reaches both').toBe(9.8);
    expect(fusedThreshold(ratios, ratios, 1e-5, floors)).toBeGreaterThan(9.8);
  });

  it('keeps what the model before asked beyond both where people are few', () => {
    const few = { ratios: [-3, -2, -1], people: 3 };
    const inherited = { ...rates, face: 2, voice: 3, threshold: 7, stepUp: 4 };
    const rule = fitDecision({ face: few, voice: few }, rates, inherited);
    expect(rule).toMatchObject({ face: 2, voice: 3, threshold: 7 });
    expect(rule.stepUp).toBeLessThanOrEqual(rule.threshold);
  });

  it('is what impostors say where they are many', () => {
    const many = { ratios: falling(2000).map((ratio) => ratio - 3), people: 60 };
    const inherited = { ...rates, face: 4, voice: 4, threshold: 12, stepUp: 6 };
    const rule = fitDecision({ face: many, voice: many }, rates, inherited);
    expect(rule.face).toBeLessThan(4);
    expect(rule.threshold).toBeGreaterThanOrEqual(rule.face + rule.voice);
    expect(rule.threshold).toBeLessThan(12);
  });
});
