import { createHash } from 'node:crypto';
import { type Digest, digestOf, hexOf } from './digest.ts';
import { messageOf, SystemError, UserError } from './errors.ts';

/** All bytes at once, or as they come. A stream is read once, and no more of it is held than a transfer needs. */
export type Content = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Bytes under keys (`a/b/c`), as any S3 server can keep them. `put` is atomic and durable: after a crash, or when the
 * stream that it is given throws, a key holds the old bytes or the new ones. `get` and `read` of a missing key throw a
 * UserError `object_missing`, of a damaged one a SystemError; `read` may throw after its first bytes, so that nothing of
 * them counts before the end.
 */
export interface ObjectStore {
  put(key: string, content: Content): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  read(key: string): AsyncIterable<Uint8Array>;
  has(key: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  list(prefix: string): AsyncIterable<string>;
}

export function blobKey(digest: Digest): string {
  const hex = hexOf(digest);
  return `blobs/${hex.slice(0, 2)}/${hex}`;
}

/** Stores bytes under their own digest; storing the same bytes twice is one object, and heals a damaged one. */
export async function putBlob(store: ObjectStore, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf(bytes);
  if (!(await store.has(blobKey(digest)))) await store.put(blobKey(digest), bytes);
  else if (await store.has(damagedKey(digest))) await replaceBlob(store, digest, bytes);
  return digest;
}

/**
 * Stores a stream under the digest that its bytes have to have. Throws a UserError `digest_mismatch` where they have
 * another one; nothing is stored then.
 */
export async function putBlobAs(
  store: ObjectStore,
  digest: Digest,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  await replaceBlob(store, digest, requireDigest(digest, content));
}

/** `name`: what people call it, for the error that says that it is damaged. */
export async function getBlob(store: ObjectStore, digest: Digest, name?: string): Promise<Uint8Array> {
  try {
    const bytes = await store.get(blobKey(digest));
    const actual = digestOf(bytes);
    if (actual !== digest) throw otherBytes(actual);
    return bytes;
  } catch (error) {
    throw await noted(store, digest, name, error);
  }
}

/** The bytes of a blob as they come; throws at the end where they are not those of the digest. */
export async function* readBlob(
  store: ObjectStore,
  digest: Digest,
  name?: string,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of store.read(blobKey(digest))) {
      hash.update(chunk);
      yield chunk;
    }
    const actual: Digest = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) throw otherBytes(actual);
  } catch (error) {
    throw await noted(store, digest, name, error);
  }
}

/** Whether a blob is there, and nobody who read it found it damaged. */
export async function hasBlob(store: ObjectStore, digest: Digest): Promise<boolean> {
  return (await store.has(blobKey(digest))) && !(await store.has(damagedKey(digest)));
}

/** The same for many blobs: what is known to be damaged, usually nothing, is looked up once. */
export async function blobPresence(store: ObjectStore): Promise<(digest: Digest) => Promise<boolean>> {
  const isDamaged = await damagedBlobs(store);
  return async (digest) => !isDamaged(digest) && store.has(blobKey(digest));
}

/** Whether somebody who read a blob found it damaged, as of now. */
export async function damagedBlobs(store: ObjectStore): Promise<(digest: Digest) => boolean> {
  const damaged = new Set<string>();
  for await (const key of store.list(damagedPrefix)) damaged.add(key);
  return (digest) => damaged.has(damagedKey(digest));
}

/** Reads a blob from beginning to end. A damaged one counts as missing from then on, until it is stored again. */
export async function isBlobWhole(store: ObjectStore, digest: Digest): Promise<boolean> {
  try {
    for await (const _ of readBlob(store, digest));
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
  await store.delete(damagedKey(digest));
  return true;
}

export async function deleteBlob(store: ObjectStore, digest: Digest): Promise<void> {
  await store.delete(blobKey(digest));
  await store.delete(damagedKey(digest));
}

/** The same bytes; throws a UserError `digest_mismatch` at their end where they have another digest. */
export async function* requireDigest(
  digest: Digest,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  const actual: Digest = `sha256:${hash.digest('hex')}`;
  if (actual !== digest) throw digestMismatch(actual);
}

export function digestMismatch(actual: Digest): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'digest_mismatch',
    message: `what arrived has the digest ${actual}`,
    action: 'Send it again: it was changed on the way, or while it was read.',
  });
}

const damagedPrefix = 'damaged/';

/** An empty object here marks a blob as damaged: a store without a database beside it has to remember that too. */
function damagedKey(digest: Digest): string {
  return `${damagedPrefix}${hexOf(digest)}`;
}

/** The mark goes last: after a crash in between, a good blob is sent once more. */
async function replaceBlob(store: ObjectStore, digest: Digest, content: Content): Promise<void> {
  await store.put(blobKey(digest), content);
  await store.delete(damagedKey(digest));
}

async function noted(
  store: ObjectStore,
  digest: Digest,
  name: string | undefined,
  error: unknown,
): Promise<unknown> {
  if (!isDamage(error)) return error;
  // Whoever reads it next finds it out again, so a mark that cannot be written costs nothing.
  await store.put(damagedKey(digest), new Uint8Array()).catch(() => {});
  const what = name === undefined ? `blob ${digest}` : `${name} (blob ${digest})`;
  return new SystemError(`${what} is corrupted: ${messageOf(error)}`, { cause: error });
}

/** What the store found changed, and what the disk cannot give back. */
function isDamage(error: unknown): boolean {
  return error instanceof SystemError || (error instanceof Error && 'code' in error && error.code === 'EIO');
}

function otherBytes(actual: Digest): SystemError {
  return new SystemError(`its bytes have digest ${actual}`);
}
