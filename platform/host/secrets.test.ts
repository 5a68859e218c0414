import { expect, it } from 'vitest';
import { derivedKey, secretBytes } from './secrets.ts';

it('a key for one purpose stays the same, since rows are sealed with it, and is no other purpose’s', () => {
  const secret = secretBytes('07'.repeat(32), 'columns.key');
  const hex = (purpose: string) => Buffer.from(derivedKey(secret, purpose)).toString('hex');
  expect(hex('database columns')).toBe('6340eba8ca0a8dd37844e1d265c3464d119ca4483624c932e449daa13e70636e');
  expect(hex('database hashes')).toBe('eb4aa4630f7b627067ba218384dfd8ac3450b4f9f1db3164d459de4df3719846');
});

it.each(['', '07'.repeat(31), 'c2VjcmV0', `${'07'.repeat(31)}zz`])('"%s" is no secret', (text) => {
  expect(() => secretBytes(text, 'tracking.key')).toThrow('tracking.key does not hold 64 hexadecimal digits');
});
