import { describe, expect, it } from 'vitest';
import { codeLength, newCode, plainCode } from './codes.ts';

describe('a code', () => {
  it('is in groups that can be read aloud, and never the same', () => {
    expect(newCode(codeLength.operator)).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(newCode(codeLength.recovery)).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const codes = Array.from({ length: 1000 }, () => newCode(codeLength.operator));
    expect(new Set(codes).size).toBe(1000);
    const counts = new Map<string, number>();
    for (const character of codes.join('').replaceAll('-', ''))
      counts.set(character, (counts.get(character) ?? 0) + 1);
    expect(counts.size).toBe(32);
    // 250 each on average.
    for (const count of counts.values()) expect(count).toBeGreaterThan(150);
  });

  it('is taken however it was written down', () => {
    for (const typed of ['7qk2-m0px', ' 7QK2 MOPX ', '7QK2M0PX.', '７ＱＫ２-Ｍ０ＰＸ'])
      expect(plainCode(typed)).toBe('7QK2M0PX');
    expect(plainCode('l1iI')).toBe('1111');
    expect(plainCode('---')).toBe('');
  });
});
