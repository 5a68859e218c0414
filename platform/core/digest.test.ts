import { expect, it } from 'vitest';
import { canonicalJson, Digest, digestOf, digestOfJson, shortDigest } from './digest.ts';

it('names bytes by their SHA-256', () => {
  // FIPS 180-2, example "abc".
  const abc = 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(digestOf('abc')).toBe(abc);
  expect(digestOf(Buffer.from('abc'))).toBe(abc);
  expect(shortDigest(abc)).toBe('ba7816bf8f01');
});

it('gives equal values equal digests, whatever the order of their keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: true, gone: undefined })).toBe(
    '{"a":true,"b":[1,{"c":"x","d":null}]}',
  );
  expect(digestOfJson({ a: 1, b: 2 })).toBe(digestOfJson({ b: 2, a: 1 }));
  expect(digestOfJson({ a: 1 })).not.toBe(digestOfJson({ a: '1' }));
});

it('refuses what has no JSON', () => {
  expect(() => canonicalJson(() => 1)).toThrow('not representable');
  expect(Digest.safeParse('sha256:ABC').success).toBe(false);
});
