import { type BundleFiles, getBundle } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelHost, ServedBundle } from '@visavox/core/ports';
import { SERVED_NETWORKS } from '@visavox/recognition/recogniser';
import { type LoadedRecogniser, loadedRecogniser } from './enrolment/features.ts';
import type { RecogniserPort } from './recogniser-port.ts';

export type LoadRecogniser = (bundle: BundleFiles, served: ServedBundle) => Promise<RecogniserPort>;

/** The right to use a loaded recogniser until `release` is called (once or more often). */
export interface Lease {
  readonly bundle: Digest;
  readonly loaded: LoadedRecogniser;
  release(): void;
}

/** Loaded recognisers by bundle. One is loaded when somebody first wants it, and closed when the last one lets go. */
export class RecogniserPool {
  readonly #objects: ObjectStore;
  readonly #host: ModelHost;
  readonly #load: LoadRecogniser;
  readonly #entries = new Map<Digest, { loaded: Promise<LoadedRecogniser>; users: number }>();
  readonly #closing = new Set<Promise<void>>();

  constructor(resources: { objects: ObjectStore; host: ModelHost; load: LoadRecogniser }) {
    this.#objects = resources.objects;
    this.#host = resources.host;
    this.#load = resources.load;
  }

  async acquire(bundle: Digest): Promise<Lease> {
    const entry = this.#entries.get(bundle) ?? { loaded: this.#open(bundle), users: 0 };
    this.#entries.set(bundle, entry);
    entry.users++;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      entry.users--;
      if (entry.users === 0) this.#close(bundle, entry.loaded);
    };
    try {
      return { bundle, loaded: await entry.loaded, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  bundles(): Digest[] {
    return [...this.#entries.keys()];
  }

  /** Answers when all that was let go of is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#closing);
  }

  async #open(bundle: Digest): Promise<LoadedRecogniser> {
    const files = await getBundle(this.#objects, bundle);
    const served = await this.#host.bringUp(bundle, SERVED_NETWORKS);
    try {
      return loadedRecogniser(files.manifest, await this.#load(files, served));
    } catch (error) {
      await served.close();
      throw error;
    }
  }

  #close(bundle: Digest, loaded: Promise<LoadedRecogniser>): void {
    this.#entries.delete(bundle);
    const closing = loaded
      .then(
        ({ recogniser }) => recogniser.close(),
        () => {},
      )
      .finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
