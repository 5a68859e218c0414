import { describe, expect, it } from 'vitest';
import { speechThreshold, Utterance } from './utterance.ts';

const RATE = 16_000;
const BLOCK = 1024;
/** `amplitude` of a tone of 200 Hz, on top of a constant. */
function* blocks(seconds: number, amplitude: number, offset = 0) {
  for (let start = 0; start < seconds * RATE; start += BLOCK)
    yield Float32Array.from(
      { length: BLOCK },
      (_, n) => offset + amplitude * Math.sin((2 * Math.PI * 200 * (start + n)) / RATE),
    );
}

const fresh = (seconds = 6) => new Utterance({ rate: RATE, seconds, threshold: -46 });
const hear = (utterance: Utterance, ...parts: Iterable<Float32Array>[]) => {
  let state = 'waiting';
  for (const part of parts)
    for (const block of part) {
      state = utterance.add(block);
      if (state === 'over') return state;
    }
  return state;
};

describe('an utterance', () => {
  it('is kept from just before the first word to just after the last', () => {
    const utterance = fresh();
    const state = hear(utterance, blocks(3, 0), blocks(2, 0.1), blocks(3, 0));
    expect(state).toBe('over');
    const seconds = utterance.samples().length / RATE;
    expect(seconds).toBeGreaterThan(3.2);
    expect(seconds).toBeLessThan(3.6);
  });

  it('ends after so many seconds, whoever goes on speaking', () => {
    const utterance = fresh(4);
    expect(hear(utterance, blocks(9, 0.1))).toBe('over');
    expect(utterance.samples().length).toBe(4 * RATE);
  });

  it('is not begun by a microphone that sits beside zero, nor kept going by it', () => {
    expect(hear(fresh(), blocks(5, 0, 0.01))).toBe('waiting');
    expect(hear(fresh(), blocks(5, 0, 0.05))).toBe('waiting');
    expect(hear(fresh(), blocks(2.5, 0.1, 0.05), blocks(2, 0, 0.05))).toBe('over');
  });
});

describe('what is louder than the room', () => {
  it('is speech: above -46 dB where it is quiet, above the noise where it is not', () => {
    expect(speechThreshold([])).toBe(-46);
    expect(speechThreshold(Array(100).fill(-80))).toBe(-46);
    expect(speechThreshold(Array(100).fill(-45))).toBe(-36);
    expect(speechThreshold(Array(100).fill(-10))).toBe(-26);
  });

  it('is told from the quiet moments of a room in which somebody speaks already', () => {
    expect(speechThreshold([...Array(70).fill(-20), ...Array(30).fill(-60)])).toBe(-46);
  });
});
