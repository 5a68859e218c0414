import { expect, test } from 'vitest';
import { Random } from '../random.ts';
import { speak } from './speak.ts';
import { drawVoice } from './traits.ts';

test('every sample is a number, however long the sounds came out', () => {
  for (let index = 0; index < 12; index++) {
    const samples = speak(drawVoice(5, index), '4071', new Random('speak test', index));
    expect(samples.every(Number.isFinite)).toBe(true);
  }
});
