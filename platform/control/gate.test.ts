import { describe, expect, it } from 'vitest';
import { type Comparison, type GatePolicy, judge } from './gate.ts';

const policy: GatePolicy = {
  minimumUnits: 10,
  criteria: [
    { metric: 'cost', rule: 'improve', tolerance: 0 },
    { metric: 'error rate', rule: 'not-worse', tolerance: 0.01 },
  ],
};

function comparison(
  cost: [number, number, number, number],
  errors: [number, number, number, number],
  units = 50,
): Comparison {
  const metric = (name: string, [champion, candidate, low, high]: [number, number, number, number]) => ({
    metric: name,
    champion,
    candidate,
    difference: candidate - champion,
    low,
    high,
  });
  return { units, unitName: 'people', metrics: [metric('cost', cost), metric('error rate', errors)] };
}

describe('the gate', () => {
  it('passes a candidate that is surely better at one thing and not worse at the other', () => {
    const verdict = judge(comparison([0.4, 0.3, -0.15, -0.05], [0.02, 0.02, -0.01, 0.01]), policy);
    expect(verdict.pass).toBe(true);
    expect(verdict.reasons).toEqual([
      'cost 0.4 -> 0.3 (difference -0.15 to -0.05): better',
      'error rate 0.02 -> 0.02 (difference -0.01 to 0.01): not worse',
    ]);
  });

  it('asks for as many people as the evaluation does, where that is more', () => {
    const better = comparison([0.4, 0.3, -0.15, -0.05], [0.02, 0.02, -0.01, 0.01], 15);
    expect(judge(better, policy).pass).toBe(true);
    expect(judge({ ...better, minimumUnits: 5 }, policy).pass).toBe(true);
    expect(judge({ ...better, minimumUnits: 20 }, policy)).toEqual({
      pass: false,
      reasons: ['only 15 people to compare on, 20 are needed: the champion stays'],
    });
  });

  it('holds back an improvement that is not worth having, however sure it is', () => {
    const worthwhile: GatePolicy = {
      minimumUnits: 10,
      criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0, leastGain: 0.05, orElse: ['error rate'] }],
    };
    const errors: [number, number, number, number] = [0.02, 0.02, -0.01, 0.01];
    expect(judge(comparison([0.4, 0.39, -0.012, -0.008], errors), worthwhile)).toMatchObject({
      pass: false,
      reasons: [
        'cost 0.4 -> 0.39 (difference -0.012 to -0.008): better, but by less than is worth having (0.02)',
      ],
    });
    expect(judge(comparison([0.4, 0.38, -0.03, -0.01], errors), worthwhile).pass).toBe(true);
    const elsewhere = comparison([0.4, 0.39, -0.012, -0.008], [0.02, 0.018, -0.003, -0.001]);
    expect(judge(elsewhere, worthwhile).pass, 'a part gained enough').toBe(true);
  });

  it('holds back an improvement that may be chance', () => {
    const verdict = judge(comparison([0.4, 0.38, -0.06, 0.02], [0.02, 0.02, -0.01, 0.01]), policy);
    expect(verdict).toMatchObject({
      pass: false,
      reasons: [expect.stringContaining('by less than chance may give'), expect.anything()],
    });
  });

  it('holds back what gets worse elsewhere, and says that first', () => {
    const verdict = judge(comparison([0.4, 0.3, -0.15, -0.05], [0.02, 0.05, 0.01, 0.05]), policy);
    expect(verdict.pass).toBe(false);
    expect(verdict.reasons[0]).toBe(
      'error rate 0.02 -> 0.05 (difference 0.01 to 0.05): worse by more than 0.01',
    );
  });

  it('passes what is surely better at a part, where the whole has no errors left to lose', () => {
    const { units, unitName, metrics } = comparison([0.001, 0.001, 0, 0], [0.02, 0.02, -0.01, 0.01]);
    const part = {
      metric: 'cost of a part',
      champion: 0.3,
      candidate: 0.2,
      difference: -0.1,
      low: -0.15,
      high: -0.05,
    };
    const [improve, ...others] = policy.criteria;
    const lenient = { ...policy, criteria: [{ ...improve!, orElse: ['cost of a part'] }, ...others] };
    const whole = { units, unitName, metrics: [...metrics, part] };
    expect(judge(whole, policy).pass).toBe(false);
    expect(judge(whole, lenient).pass).toBe(true);
  });

  it('does not judge on too few', () => {
    const verdict = judge(comparison([0.4, 0.1, -0.4, -0.2], [0.02, 0, -0.1, 0], 3), policy);
    expect(verdict).toEqual({
      pass: false,
      reasons: ['only 3 people to compare on, 10 are needed: the champion stays'],
    });
  });

  it('does not pass what was not measured', () => {
    expect(judge({ units: 50, unitName: 'people', metrics: [] }, policy).reasons).toEqual([
      'cost could not be measured',
      'error rate could not be measured',
    ]);
  });

  it('holds back what is above a limit of its own, and says what few trials leave open', () => {
    const limited: GatePolicy = {
      ...policy,
      criteria: [{ metric: 'strangers', rule: 'at-most', tolerance: 0.01 }],
    };
    const strangers = (candidate: number | null, trials: number, most: number) => ({
      ...{ units: 50, unitName: 'people' },
      metrics: [
        {
          ...{ metric: 'strangers', champion: 0.5, candidate, difference: null, low: null, high: null },
          ...{ trials, interval: [0, most] as [number, number] },
        },
      ],
    });
    expect(judge(strangers(0.02, 600, 0.03), limited)).toEqual({
      pass: false,
      reasons: ['strangers 0.02 of 600: above 0.01'],
    });
    expect(judge(strangers(0, 600, 0.006), limited).reasons).toEqual(['strangers 0 of 600: within 0.01']);
    expect(judge(strangers(0, 42, 0.084), limited)).toEqual({
      pass: true,
      reasons: ['strangers 0 of 42: within 0.01, though so few leave up to 0.084 open'],
    });
    expect(judge(strangers(null, 42, 0), limited).pass).toBe(false);
  });

  it('holds back what is better on the whole and surely worse in one slice', () => {
    const whole = comparison([0.4, 0.3, -0.15, -0.05], [0.02, 0.02, -0.01, 0.01]);
    const slice = (name: string, units: number) => ({
      slice: name,
      units,
      metrics: [
        { metric: 'error rate', champion: 0.01, candidate: 0.06, difference: 0.05, low: 0.02, high: 0.09 },
      ],
    });
    const strict: GatePolicy = {
      ...policy,
      slices: {
        minimumUnits: 4,
        criteria: [{ metric: 'error rate', rule: 'not-surely-worse', tolerance: 0.01 }],
      },
    };
    const verdict = judge({ ...whole, slices: [slice('daylight', 30)] }, strict);
    expect(verdict.pass).toBe(false);
    expect(verdict.reasons[0]).toBe(
      'daylight (30): error rate 0.01 -> 0.06 (difference 0.02 to 0.09): surely worse',
    );
    expect(judge({ ...whole, slices: [slice('daylight', 3)] }, strict).pass, 'too few to judge').toBe(true);
    const chance = { ...slice('daylight', 30).metrics[0]!, low: -0.02 };
    const maybe = { slice: 'daylight', units: 30, metrics: [chance] };
    expect(judge({ ...whole, slices: [maybe] }, strict).pass, 'may be chance').toBe(true);
  });
});
