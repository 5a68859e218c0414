import { createHash } from 'node:crypto';
import { z } from 'zod';

/** SHA-256 in lower-case hexadecimal, prefixed as in OCI and SRI registries: `sha256:9f86d0…`. */
export const Digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256:<64 hexadecimal digits>');
export type Digest = z.infer<typeof Digest>;

export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

/** JSON with sorted keys and no white space (RFC 8785 for the values used here), so that equal values have equal digests. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`not representable in JSON: ${String(value)}`);
  return text;
}

/** The 64 hexadecimal digits alone, for names of files and keys of objects. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The first twelve hexadecimal digits, for people to read. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12);
}
