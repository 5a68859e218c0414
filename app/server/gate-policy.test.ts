import { judge } from '@visavox/control/gate';
import { type Contestant, compareOnUnseen } from '@visavox/recognition/comparison';
import { straightLine } from '@visavox/recognition/signals/evidence-map';
import { normalise } from '@visavox/recognition/signals/vectors';
import { Random } from '@visavox/recognition/synthetic/random';
import { expect, it } from 'vitest';
import { gatePolicy } from './recogniser-model.ts';

const dimension = 16;
const map = straightLine({ slope: 12, offset: -6 }, { limit: 8 });
const calibration = {
  format: 2 as const,
  face: map,
  voice: map,
  decision: { targetFmr: 1e-3, modalityFmr: 1e-2, face: 1, voice: 1, threshold: 4, stepUp: 2 },
  measured: { on: 'the example', how: 'by hand', trials: {}, figures: {} },
};

/** Twenty people, every second utterance over a telephone; how far recordings scatter around the person. */
function model({ clear, telephone }: { clear: number; telephone: number }): Contestant {
  const random = new Random('people');
  const vector = () => Float32Array.from({ length: dimension }, () => random.between(-0.5, 0.5));
  const near = (centre: Float32Array, scatter: number) => {
    const off = vector();
    return normalise(centre.map((value, at) => value + scatter * (off[at] ?? 0)));
  };
  const conditions = ['clear', 'telephone', 'clear', 'telephone', 'clear', 'telephone'];
  const people = Array.from({ length: 20 }, () => {
    const [face, voice] = [vector(), vector()];
    return {
      face: conditions.map(() => ({ vector: near(face, 0.9) })),
      voice: conditions.map((condition) => ({
        vector: near(voice, condition === 'clear' ? clear : telephone),
        condition,
      })),
    };
  });
  return { people, calibration };
}

const champion = model({ clear: 0.3, telephone: 1.6 });

it('lets out what is better over the telephone and as good in clear recordings', () => {
  const candidate = model({ clear: 0.3, telephone: 0.9 });
  const verdict = judge(compareOnUnseen(champion, candidate, 1), gatePolicy);
  expect(verdict).toMatchObject({ pass: true });
});

it('holds back what is better as a whole and worse in clear recordings', () => {
  const candidate = model({ clear: 1.2, telephone: 0.5 });
  const comparison = compareOnUnseen(champion, candidate, 1);
  const whole = comparison.metrics.find(({ metric }) => metric === 'fused/cllr');
  expect(whole?.difference).toBeLessThan(0);
  const verdict = judge(comparison, gatePolicy);
  expect(verdict.pass).toBe(false);
  expect(verdict.reasons[0]).toMatch(/^(unshifted|voice clear) \(20\): .*surely worse$/);
});

it('holds back what lets a stranger’s voice in beside the right face, however much better it is', () => {
  const candidate = model({ clear: 0.3, telephone: 0.9 });
  const oneProof = { ...calibration, decision: { ...calibration.decision, voice: -8, threshold: 0 } };
  const verdict = judge(compareOnUnseen(champion, { ...candidate, calibration: oneProof }, 1), gatePolicy);
  expect(verdict.pass).toBe(false);
  expect(verdict.reasons[0]).toMatch(/^mixed\/right-face-strangers-voice 0\.\d+ of 380: above 0\.01$/);
});
