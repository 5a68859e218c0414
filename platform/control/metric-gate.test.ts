import { describe, expect, it } from 'vitest';
import { judge } from './gate.ts';
import { compareMetrics, metricGate } from './metric-gate.ts';

const policy = metricGate({ accuracy: { better: 'higher', tolerance: 0.02, atLeast: 0.9 } });
const verdict = (candidate: Record<string, number>, champion: Record<string, number>) =>
  judge(compareMetrics(candidate, champion), policy);

describe('a gate of named metrics', () => {
  it('passes what is as good as the champion or better, and says so', () => {
    expect(verdict({ accuracy: 0.97 }, { accuracy: 0.95 })).toEqual({
      pass: true,
      reasons: ['accuracy 0.95 -> 0.97: not worse', 'accuracy 0.97: at least 0.9'],
    });
  });

  it('allows as much as was said, and no more', () => {
    expect(verdict({ accuracy: 0.96 }, { accuracy: 0.98 }).pass).toBe(true);
    expect(verdict({ accuracy: 0.95 }, { accuracy: 0.98 })).toMatchObject({
      pass: false,
      reasons: ['accuracy 0.98 -> 0.95: worse by more than 0.02', expect.anything()],
    });
  });

  it('holds errors to be better when there are fewer', () => {
    const errors = metricGate({ loss: { better: 'lower', atMost: 0.5 } });
    expect(judge(compareMetrics({ loss: 0.3 }, { loss: 0.2 }), errors).pass).toBe(false);
    expect(judge(compareMetrics({ loss: 0.2 }, { loss: 0.3 }), errors).pass).toBe(true);
    expect(judge(compareMetrics({ loss: 0.6 }, { loss: 0.7 }), errors).reasons[0]).toBe(
      'loss 0.6: above 0.5',
    );
  });

  it('holds the first version to its own limits alone', () => {
    const first = (accuracy: number) => judge(compareMetrics({ accuracy }, {}), policy, { first: true });
    expect(first(0.95).pass).toBe(true);
    expect(first(0.5)).toEqual({
      pass: false,
      reasons: ['the first version: there is none to compare with', 'accuracy 0.5: below 0.9'],
    });
  });

  it('does not pass a metric that one of the two did not measure', () => {
    expect(verdict({ accuracy: 0.97 }, {}).reasons).toContain('accuracy could not be measured');
    expect(verdict({}, { accuracy: 0.97 }).pass).toBe(false);
  });
});
