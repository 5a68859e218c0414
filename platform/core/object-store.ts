import { type Digest, digestOf } from './digest.ts';
import { SystemError } from './errors.ts';

/**
 * Bytes under keys (`a/b/c`), as any S3 server can keep them. `put` is atomic and durable: after a crash
 * a key holds the old bytes or the new ones. `get` of a missing key throws a UserError `object_missing`.
 */
export interface ObjectStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  has(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<string>;
}

export function blobKey(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return `blobs/${hex.slice(0, 2)}/${hex}`;
}

/** Stores bytes under their own digest; storing the same bytes twice is one object. */
export async function putBlob(store: ObjectStore, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf(bytes);
  const key = blobKey(digest);
  if (!(await store.has(key))) await store.put(key, bytes);
  return digest;
}

export async function getBlob(store: ObjectStore, digest: Digest): Promise<Uint8Array> {
  const bytes = await store.get(blobKey(digest));
  const actual = digestOf(bytes);
  if (actual !== digest)
    throw new SystemError(`blob ${digest} is corrupted: its bytes have digest ${actual}`);
  return bytes;
}
