import { UserError } from '@visavox/core/errors';
import type { ModelHost, ReleaseStore, ReleaseTarget } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { SERVED_NETWORKS } from '@visavox/recognition/recogniser';
import type { LoadedRecogniser } from './enrolment/features.ts';
import type { Templates } from './enrolment/templates.ts';
import type { Lease, RecogniserPool } from './recogniser-pool.ts';

export interface Serving {
  readonly release: Release;
  readonly loaded: LoadedRecogniser;
}

/**
 * Which release answers sign-ins. The truth is in the release store; this holds the same release loaded, and
 * follows it. Whoever started with one recogniser ends with it.
 */
export class Champion implements ReleaseTarget {
  readonly #environment: string;
  readonly #model: string;
  readonly #releases: ReleaseStore;
  readonly #pool: RecogniserPool;
  readonly #templates: Templates;
  readonly #host: ModelHost;
  readonly #prepared = new Map<string, Lease>();
  #tail: Promise<void> = Promise.resolve();
  #serving: { readonly release: Release; readonly lease: Lease } | undefined;

  constructor(resources: {
    environment: string;
    model: string;
    releases: ReleaseStore;
    pool: RecogniserPool;
    templates: Templates;
    host: ModelHost;
  }) {
    this.#environment = resources.environment;
    this.#model = resources.model;
    this.#releases = resources.releases;
    this.#pool = resources.pool;
    this.#templates = resources.templates;
    this.#host = resources.host;
  }

  get release(): Release | undefined {
    return this.#serving?.release;
  }

  /** Pins the champion of this moment for as long as `work` lasts. */
  async use<T>(work: (serving: Serving) => Promise<T>): Promise<T> {
    const { release, lease } = await this.#pin();
    try {
      return await work({ release, loaded: lease.loaded });
    } finally {
      lease.release();
    }
  }

  /** The recognisers that people have to be known to: the champion and those being prepared. */
  async useAll<T>(work: (serving: Serving, others: readonly LoadedRecogniser[]) => Promise<T>): Promise<T> {
    const others: Lease[] = [];
    try {
      return await this.use(async (serving) => {
        for (const lease of this.#prepared.values()) {
          const bundle = lease.bundle;
          if (bundle !== serving.release.bundle) others.push(await this.#pool.acquire(bundle));
        }
        return work(
          serving,
          others.map((lease) => lease.loaded),
        );
      });
    } finally {
      for (const lease of others) lease.release();
    }
  }

  /** Loads and verifies the bundle, and sees to it that everyone has a template of its contract. */
  async prepare(release: Release): Promise<void> {
    const { loaded } = await this.#hold(release);
    await this.#templates.prepare(loaded);
  }

  activate(release: Release): Promise<void> {
    return this.#inTurn(() => this.#activate(release));
  }

  async #activate(release: Release): Promise<void> {
    const old = this.#serving;
    const lease = await this.#pool.acquire(release.bundle);
    this.#serving = { release, lease };
    old?.lease.release();
    this.#letGo(release);
  }

  /**
   * Its templates stay, and so does its bundle where the host keeps it: other servers may follow a moment later, and
   * rolling back to it takes no time. What was there before that goes; the host may have bundles of other models.
   */
  async retire(release: Release): Promise<void> {
    this.#letGo(release);
    const kept = new Set([
      release.bundle,
      this.#serving?.lease.bundle,
      ...[...this.#prepared.values()].map((lease) => lease.bundle),
    ]);
    const released = await this.#releases.list(this.#environment, this.#model);
    const own = new Set(released.map(({ bundle }) => bundle));
    for (const bundle of await this.#host.list())
      if (own.has(bundle) && !kept.has(bundle)) await this.#host.retire(bundle);
  }

  /** Follows the release store: at boot, and when a crash came between a promotion and its activation. */
  follow(): Promise<void> {
    return this.#inTurn(async () => {
      const champion = await this.#releases.champion(this.#environment, this.#model);
      if (champion && champion.id !== this.#serving?.release.id) await this.#activate(champion);
    });
  }

  /** What was read before a promotion must not be acted upon after its activation. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(work, work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** For whoever controls: follows, and brings the champion up again where it is not up any more. */
  async keepUp(): Promise<void> {
    await this.follow();
    const bundle = this.#serving?.release.bundle;
    if (bundle === undefined || (await this.#host.list()).includes(bundle)) return;
    await (await this.#host.bringUp(bundle, SERVED_NETWORKS)).close();
  }

  async close(): Promise<void> {
    for (const lease of this.#prepared.values()) lease.release();
    this.#prepared.clear();
    this.#serving?.lease.release();
    this.#serving = undefined;
    await this.#pool.settled();
  }

  async #pin(): Promise<{ release: Release; lease: Lease }> {
    if (!this.#serving) await this.follow();
    const serving = this.#serving;
    if (!serving) {
      throw new UserError({
        kind: 'unavailable',
        code: 'recogniser_starting',
        message: 'the recogniser is not loaded yet',
        action: 'Try again in a moment.',
      });
    }
    // The champion's own lease keeps the bundle loaded, so this one is had at once.
    return { release: serving.release, lease: await this.#pool.acquire(serving.release.bundle) };
  }

  async #hold(release: Release): Promise<Lease> {
    const held = this.#prepared.get(release.id);
    if (held) return held;
    const lease = await this.#pool.acquire(release.bundle);
    const meanwhile = this.#prepared.get(release.id);
    if (meanwhile) {
      lease.release();
      return meanwhile;
    }
    this.#prepared.set(release.id, lease);
    return lease;
  }

  #letGo(release: Release): void {
    this.#prepared.get(release.id)?.release();
    this.#prepared.delete(release.id);
  }
}
