import { SystemError } from '@visavox/core/errors';
import { FEATURES } from './challenge-sounds.ts';
import type { SpokenDigit } from './challenge-words.ts';

/** Features have deviation 1; a step of a 24th is finer than two tries of one person differ. */
const STEPS = 24;

/** How a person says the digits, as bytes: digit, number of rows (two bytes), rows of {@link FEATURES} signed bytes; and again. */
export function encodeSpokenDigits(words: readonly SpokenDigit[]): Uint8Array {
  const bytes = Buffer.alloc(words.reduce((sum, { sounds }) => sum + 3 + sounds.length, 0));
  let at = 0;
  for (const { digit, sounds } of words) {
    at = bytes.writeUInt8(Number(digit), at);
    at = bytes.writeUInt16LE(sounds.length / FEATURES, at);
    for (const value of sounds)
      at = bytes.writeInt8(Math.max(-127, Math.min(127, Math.round(value * STEPS))), at);
  }
  return bytes;
}

export function decodeSpokenDigits(bytes: Uint8Array): SpokenDigit[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const words: SpokenDigit[] = [];
  for (let at = 0; at < view.length; ) {
    const length = at + 3 <= view.length ? view.readUInt16LE(at + 1) * FEATURES : Number.POSITIVE_INFINITY;
    if (at + 3 + length > view.length) throw new SystemError('the spoken digits are cut off');
    const sounds = Float32Array.from({ length }, (_, index) => view.readInt8(at + 3 + index) / STEPS);
    words.push({ digit: String(view.readUInt8(at)), sounds });
    at += 3 + length;
  }
  return words;
}
