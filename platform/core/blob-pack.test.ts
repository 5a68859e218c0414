import { expect, it } from 'vitest';
import { blobsOf, packOf } from './blob-pack.ts';
import { digestOf } from './digest.ts';

const blob = (text: string) => ({ digest: digestOf(text), bytes: new TextEncoder().encode(text) });
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it('gives back what was packed, also what is empty or has lines', () => {
  const blobs = [blob('owl'), blob(''), blob('a\nb\n')];
  const back = blobsOf(packOf(blobs));
  expect(back.map(({ digest, bytes }) => [digest, text(bytes)])).toEqual(
    blobs.map(({ digest, bytes }) => [digest, text(bytes)]),
  );
  expect(blobsOf(packOf([]))).toEqual([]);
});

it.each([
  ['nothing', new Uint8Array(), 'pack_invalid'],
  ['no line', new TextEncoder().encode('[]'), 'pack_invalid'],
  ['a line that is no JSON', new TextEncoder().encode('owl\n'), 'pack_invalid'],
  ['digests that are none', new TextEncoder().encode('[["owl",3]]\nowl'), 'pack_invalid'],
  ['a pack that was cut off', packOf([blob('owl')]).subarray(0, -1), 'pack_invalid'],
  ['more than its line says', Buffer.concat([packOf([blob('owl')]), Buffer.from('!')]), 'pack_invalid'],
  ['other bytes', packOf([{ ...blob('owl'), digest: digestOf('hawk') }]), 'digest_mismatch'],
])('refuses %s', (_what, pack, code) => {
  expect(() => blobsOf(pack)).toThrow(expect.objectContaining({ code }));
});
