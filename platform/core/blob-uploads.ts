import { type Digest, digestOf, hexOf } from './digest.ts';
import { UserError } from './errors.ts';
import { hasBlob, type ObjectStore, putBlobAs } from './object-store.ts';

/** What senders cut larger files into: a part comes through a slow line in two minutes, and is held in memory. */
export const uploadPartBytes = 8 << 20;

const abandonedAfterDays = 7;
const sweepEveryMs = 60 * 60 * 1000;

export interface UploadedPart {
  readonly number: number;
  readonly digest: Digest;
}

interface KeptPart extends UploadedPart {
  readonly key: string;
  readonly putAt: number;
}

/**
 * Large blobs that come in parts. The parts are objects of the same store until they are joined, so that an upload goes
 * on after a crash of either side, and with any server of the store. What nobody finishes is removed after a week.
 */
export class BlobUploads {
  readonly #store: ObjectStore;
  readonly #now: () => number;
  readonly #joining = new Map<Digest, Promise<void>>();
  #swept = Number.NEGATIVE_INFINITY;

  constructor(store: ObjectStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** The parts of a blob that have arrived: what need not be sent again where the digest is the same. */
  async parts(blob: Digest): Promise<readonly UploadedPart[]> {
    await this.#sweep();
    const parts = (await this.#kept(blob)).map(({ number, digest }) => ({ number, digest }));
    return parts.sort((a, b) => a.number - b.number);
  }

  /** Keeps a part, numbered from 0, in the place of one that was sent before under its number. */
  async putPart(blob: Digest, number: number, bytes: Uint8Array): Promise<Digest> {
    const digest = digestOf(bytes);
    const earlier = (await this.#kept(blob)).filter((part) => part.number === number);
    const key = partKey(blob, { number, digest, putAt: this.#now() });
    await this.#store.put(key, bytes);
    for (const part of earlier) if (part.key !== key) await this.#store.delete(part.key);
    return digest;
  }

  /**
   * Joins parts to the blob. `storing`: it takes longer than `waitMs`, so ask again. Throws a UserError `parts_missing` that
   * says which, or `digest_mismatch` where together they are another blob; they are removed then.
   */
  async join(blob: Digest, parts: readonly Digest[], waitMs: number): Promise<'stored' | 'storing'> {
    let joining = this.#joining.get(blob);
    if (!joining) {
      if (await hasBlob(this.#store, blob)) {
        await this.#discard(blob);
        return 'stored';
      }
      joining = this.#joining.get(blob) ?? this.#join(blob, parts);
      this.#joining.set(blob, joining);
      joining.catch(() => {}); // whoever asks next is told
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'storing'>((resolve) => {
      timer = setTimeout(() => resolve('storing'), waitMs);
    });
    try {
      const outcome = await Promise.race([joining.then(() => 'stored' as const), late]);
      if (outcome === 'stored') this.#joining.delete(blob);
      return outcome;
    } catch (error) {
      this.#joining.delete(blob);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #join(blob: Digest, parts: readonly Digest[]): Promise<void> {
    const kept = await this.#kept(blob);
    const keys = parts.map(
      (digest, number) => kept.find((part) => part.number === number && part.digest === digest)?.key,
    );
    const missing = keys.flatMap((key, number) => (key === undefined ? [number] : []));
    if (missing.length > 0) throw partsMissing(missing);
    const store = this.#store;
    async function* joined() {
      for (const key of keys) if (key !== undefined) yield* store.read(key);
    }
    try {
      await putBlobAs(store, blob, joined());
    } catch (error) {
      // Another server has joined them meanwhile, and taken them away.
      if (error instanceof UserError && error.code === 'object_missing' && (await hasBlob(store, blob)))
        return;
      if (error instanceof UserError && error.code === 'digest_mismatch') await this.#discard(blob);
      throw error;
    }
    await this.#discard(blob);
  }

  async #kept(blob: Digest): Promise<readonly KeptPart[]> {
    const parts: KeptPart[] = [];
    for await (const key of this.#store.list(folderOf(blob))) parts.push(readPart(key));
    return parts;
  }

  async #discard(blob: Digest): Promise<void> {
    for (const { key } of await this.#kept(blob)) await this.#store.delete(key);
  }

  async #sweep(): Promise<void> {
    const now = this.#now();
    if (now - this.#swept < sweepEveryMs) return;
    this.#swept = now;
    const abandoned: string[] = [];
    for await (const key of this.#store.list(uploadsFolder))
      if (now - readPart(key).putAt > abandonedAfterDays * 86_400_000) abandoned.push(key);
    for (const key of abandoned) await this.#store.delete(key);
  }
}

const uploadsFolder = 'uploads/';

function folderOf(blob: Digest): string {
  return `${uploadsFolder}${hexOf(blob)}/`;
}

/** Stores do not tell when an object was put, so its key does. */
function partKey(blob: Digest, { number, digest, putAt }: Omit<KeptPart, 'key'>): string {
  return `${folderOf(blob)}${number}-${hexOf(digest)}-${putAt}`;
}

function readPart(key: string): KeptPart {
  const [number, hex = '', putAt] = key.slice(key.lastIndexOf('/') + 1).split('-');
  return { key, number: Number(number), digest: `sha256:${hex}` as Digest, putAt: Number(putAt) };
}

function partsMissing(numbers: readonly number[]): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'parts_missing',
    message: `${numbers.length} of the parts have not been sent as they are named`,
    action: 'Send them, each to /api/v1/blobs/{digest}/parts/{number}, then ask again.',
    details: { missing: numbers.slice(0, 1000) },
  });
}
