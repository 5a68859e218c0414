import { getManifest } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { SqlBundleFacts } from '../sql/bundle-facts.ts';
import { ModelSigningBundle, signatureFaults, signBundle } from './model-signing.ts';
import type { SigningKey } from './signing-key.ts';

export interface Verification {
  readonly state: 'verified' | 'unsigned' | 'refused';
  /** What is not as it was signed. */
  readonly faults: readonly string[];
  /** Of the key that signs here. */
  readonly key: string;
  readonly signedAt: string | null;
}

interface Resources {
  readonly objects: ObjectStore;
  readonly facts: SqlBundleFacts;
  readonly key: SigningKey;
}

/** Signatures of OpenSSF model signing over bundles: made when a bundle becomes a version, verified before it serves. */
export class SignedBundles {
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  get key(): Pick<SigningKey, 'id' | 'publicPem'> {
    return this.#resources.key;
  }

  /** One that is signed keeps its signature. */
  async sign(bundle: Digest): Promise<void> {
    const { objects, facts, key } = this.#resources;
    if (await facts.signature(bundle)) return;
    await facts.sign(bundle, signBundle(key, await getManifest(objects, bundle)));
  }

  /** As the file that `model_signing verify` takes; undefined where it was not signed. */
  async signature(bundle: Digest): Promise<ModelSigningBundle | undefined> {
    const kept = await this.#resources.facts.signature(bundle);
    return kept && ModelSigningBundle.parse(kept.signature);
  }

  /** The signature against the list of files; what the files hold is read by {@link verify}. */
  async look(bundle: Digest): Promise<Verification> {
    const { objects } = this.#resources;
    return this.#held(bundle, () => getManifest(objects, bundle));
  }

  /** Every byte of every file, and the signature over them. */
  async verify(bundle: Digest): Promise<Verification> {
    const { objects } = this.#resources;
    const looked = await this.look(bundle);
    if (looked.state !== 'verified') return looked;
    const faults: string[] = [];
    for (const { path, digest, bytes } of (await getManifest(objects, bundle)).files) {
      const fault = await damageOf(() => sizeOf(readBlob(objects, digest, path)), bytes);
      if (fault) faults.push(`${path} ${fault}`);
    }
    return faults.length === 0 ? looked : { ...looked, state: 'refused', faults };
  }

  /** Before it serves. Throws a UserError `model_not_verified`. What was registered before there were signatures is signed now. */
  async require(bundle: Digest, name: string): Promise<void> {
    await this.sign(bundle);
    const { state, faults } = await this.verify(bundle);
    if (state === 'verified') return;
    throw new UserError({
      kind: 'conflict',
      code: 'model_not_verified',
      message: `${name} is not what was signed: ${faults.join('; ')}`,
      action:
        'Do not release it. Look who changed the object store or the database, restore what was changed from a backup, or register the model again.',
    });
  }

  async #held(bundle: Digest, manifest: () => Promise<BundleManifest>): Promise<Verification> {
    const { facts, key } = this.#resources;
    const kept = await facts.signature(bundle);
    if (!kept) return { state: 'unsigned', faults: [], key: key.id, signedAt: null };
    const known = { key: key.id, signedAt: kept.signedAt };
    let faults: readonly string[];
    try {
      faults = signatureFaults(key, kept.signature, await manifest());
    } catch (error) {
      if (!isDamage(error)) throw error;
      faults = ['the list of its files is damaged or lost'];
    }
    return { ...known, state: faults.length === 0 ? 'verified' : 'refused', faults };
  }
}

async function sizeOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0;
  for await (const chunk of content) size += chunk.length;
  return size;
}

async function damageOf(read: () => Promise<number>, bytes: number): Promise<string | undefined> {
  try {
    const size = await read();
    return size === bytes ? undefined : `has ${size} bytes, where ${bytes} were signed`;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return error instanceof UserError ? 'is lost' : 'was changed';
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof SystemError || (error instanceof UserError && error.code === 'object_missing');
}
