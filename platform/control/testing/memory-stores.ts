import { UserError } from '@visavox/core/errors';
import type { ReleaseStore } from '@visavox/core/ports';
import type { Release, ReleaseEvent } from '@visavox/core/release';
import type { ControlState } from '../controller-resources.ts';

/** A release store that lives as long as the process; passes the same contract as the one over SQL. */
export class MemoryReleaseStore implements ReleaseStore {
  readonly #releases = new Map<string, Release>();
  readonly #events: ReleaseEvent[] = [];
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  async create(release: Release): Promise<void> {
    if (this.#releases.has(release.id)) throw new TypeError(`release ${release.id} exists already`);
    this.#releases.set(release.id, release);
    this.#note(release);
  }

  async setStage(id: string, stage: Exclude<Release['stage'], 'champion'>, reason: string): Promise<void> {
    const release = this.#get(id);
    if (release.stage === 'champion') {
      throw new UserError({
        kind: 'conflict',
        code: 'release_serves',
        message: `release ${id} is the champion`,
        action: 'Promote another release first, or roll back.',
      });
    }
    this.#releases.set(id, { ...release, stage, reason });
    const { by: _, ...rest } = release;
    this.#note({ ...rest, stage, reason });
  }

  async promote(id: string, reason: string, by?: string): Promise<void> {
    const release = this.#get(id);
    if (release.stage === 'champion') return;
    if (release.stage === 'held-back') {
      throw new UserError({
        kind: 'conflict',
        code: 'release_held_back',
        message: `release ${id} was held back`,
        action: 'Propose its model version again.',
      });
    }
    // Found without a pause, so that two promotions at once leave one champion.
    const old = this.#champion(release.environment, release.model);
    const { by: _, ...before } = release;
    const named = by === undefined ? {} : { by };
    if (old) {
      this.#releases.set(old.id, { ...old, stage: 'retired' });
      const { by: __, ...rest } = old;
      const followed = `followed by version ${release.version}: ${reason}`;
      this.#note({ ...rest, ...named, stage: 'retired', reason: followed });
    }
    const promotedAt = this.#now().toISOString();
    this.#releases.set(id, { ...before, ...named, stage: 'champion', reason, promotedAt });
    this.#note({ ...before, ...named, stage: 'champion', reason });
  }

  async champion(environment: string, model: string): Promise<Release | undefined> {
    return this.#champion(environment, model);
  }

  async list(environment: string, model?: string): Promise<readonly Release[]> {
    return [...this.#releases.values()]
      .filter((release) => release.environment === environment && (model ?? release.model) === release.model)
      .reverse();
  }

  async history(environment: string, model: string, limit: number): Promise<readonly ReleaseEvent[]> {
    return this.#events
      .filter((event) => event.environment === environment && event.model === model)
      .reverse()
      .slice(0, limit);
  }

  #note({ id, environment, model, version, stage, reason, by }: Omit<Release, 'promotedAt'>): void {
    const named = by === undefined ? {} : { by };
    const at = this.#now().toISOString();
    this.#events.push({ at, release: id, environment, model, version, stage, reason, ...named });
  }

  #champion(environment: string, model: string): Release | undefined {
    return [...this.#releases.values()].find(
      (release) =>
        release.environment === environment && release.model === model && release.stage === 'champion',
    );
  }

  #get(id: string): Release {
    const release = this.#releases.get(id);
    if (release) return release;
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_release',
      message: `there is no release ${id}`,
      action: 'List the releases.',
    });
  }
}

export class MemoryControlState implements ControlState {
  readonly #values = new Map<string, string>();

  async get(key: string): Promise<unknown> {
    const text = this.#values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: unknown): Promise<void> {
    this.#values.set(key, JSON.stringify(value));
  }
}
