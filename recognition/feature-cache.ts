import { type Digest, hexOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';

/** What decides a backbone's output: the network, what was done to the recording before it, and the recording. */
export interface FeatureKey {
  readonly backbone: Digest;
  readonly preprocessing: string;
  readonly sample: Digest;
}

/**
 * A backbone's output per sample, so that a new head needs no re-embedding. Held in the (encrypting) object
 * store, little-endian float32. A sample's entries lie together: they are erased with the sample.
 */
export class FeatureCache {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  async get(key: FeatureKey): Promise<Float32Array | undefined> {
    const name = nameOf(key);
    if (!(await this.#objects.has(name))) return undefined;
    const bytes = await this.#objects.get(name);
    if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0)
      throw new SystemError(`cached features ${name} have ${bytes.byteLength} bytes, not a multiple of 4`);
    return new Float32Array(Uint8Array.from(bytes).buffer);
  }

  async put(key: FeatureKey, features: Float32Array): Promise<void> {
    const bytes = new Uint8Array(features.buffer, features.byteOffset, features.byteLength);
    await this.#objects.put(nameOf(key), bytes);
  }

  /** Erases what any backbone made of this sample; answers how many entries there were. */
  async forget(sample: Digest): Promise<number> {
    const names: string[] = [];
    for await (const name of this.#objects.list(folderOf(sample))) names.push(name);
    for (const name of names) await this.#objects.delete(name);
    return names.length;
  }
}

function folderOf(sample: Digest): string {
  const hex = hexOf(sample);
  return `cache/features/${hex.slice(0, 2)}/${hex}/`;
}

function nameOf({ sample, backbone, preprocessing }: FeatureKey): string {
  // A key of an object may hold "=", and no "%".
  return `${folderOf(sample)}${hexOf(backbone)}/${encodeURIComponent(preprocessing).replaceAll('%', '=')}`;
}
