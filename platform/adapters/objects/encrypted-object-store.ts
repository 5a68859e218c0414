import type { Content, ObjectStore } from '@visavox/core/object-store';
import type { EncryptionKey } from './encryption-key.ts';
import { magicOf } from './sealed.ts';
import { openBytes, sealBytes } from './sealed-bytes.ts';
import {
  chunkOpener,
  preambleBytes,
  sealedChunkBytes,
  sealedStreamMagic,
  sealStream,
} from './sealed-stream.ts';
import { slices } from './slices.ts';

/** Larger ones are sealed in chunks, which costs less memory on the way. */
const mostInOnePiece = 8 << 20;

/**
 * Encrypts what it hands to another store, with AES-256-GCM: small bytes in one piece (`sealed-bytes.ts`), streams in
 * chunks (`sealed-stream.ts`). Where an object is and under which key is authenticated with it.
 */
export class EncryptedObjectStore implements ObjectStore {
  readonly #inner: ObjectStore;
  readonly #key: EncryptionKey;

  constructor(inner: ObjectStore, key: EncryptionKey) {
    this.#inner = inner;
    this.#key = key;
  }

  put(key: string, content: Content): Promise<void> {
    if (!(content instanceof Uint8Array)) return this.#inner.put(key, sealStream(content, this.#key, key));
    if (content.length > mostInOnePiece)
      return this.#inner.put(key, sealStream(asStream(content), this.#key, key));
    return this.#inner.put(key, sealBytes(content, this.#key, key));
  }

  async get(key: string): Promise<Uint8Array> {
    const sealed = await this.#inner.get(key);
    if (magicOf(sealed) !== sealedStreamMagic) return openBytes(sealed, this.#key, key);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#open(asStream(sealed), key)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  read(key: string): AsyncIterable<Uint8Array> {
    return this.#open(this.#inner.read(key), key);
  }

  async *#open(sealed: AsyncIterable<Uint8Array>, key: string): AsyncGenerator<Uint8Array, void> {
    let open: ReturnType<typeof chunkOpener> | undefined;
    const inOnePiece: Uint8Array[] = [];
    for await (const { bytes, last } of slices(sealed, sealedChunkBytes, preambleBytes)) {
      if (open) yield open(bytes, last);
      else if (inOnePiece.length > 0 || magicOf(bytes) !== sealedStreamMagic || last) inOnePiece.push(bytes);
      else open = chunkOpener(bytes, this.#key, key);
    }
    if (!open) yield openBytes(Buffer.concat(inOnePiece), this.#key, key);
  }

  has(key: string): Promise<boolean> {
    return this.#inner.has(key);
  }

  delete(key: string): Promise<void> {
    return this.#inner.delete(key);
  }

  list(prefix: string): AsyncIterable<string> {
    return this.#inner.list(prefix);
  }
}

async function* asStream(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
