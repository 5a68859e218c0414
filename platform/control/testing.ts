import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { PipelineEngine, ReleaseStore, RunRequest } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { RunRecord } from '@visavox/core/run';
import type { ControlState } from './controller.ts';

/** A release store that lives as long as the process; passes the same contract as the one over SQL. */
export class MemoryReleaseStore implements ReleaseStore {
  readonly #releases = new Map<string, Release>();
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  async create(release: Release): Promise<void> {
    if (this.#releases.has(release.id)) throw new TypeError(`release ${release.id} exists already`);
    this.#releases.set(release.id, release);
  }

  async setStage(id: string, stage: Exclude<Release['stage'], 'champion'>, reason: string): Promise<void> {
    this.#releases.set(id, { ...this.#get(id), stage, reason });
  }

  async promote(id: string, reason: string): Promise<void> {
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
    const old = this.#champion(release.environment);
    if (old) this.#releases.set(old.id, { ...old, stage: 'retired' });
    this.#releases.set(id, { ...release, stage: 'champion', reason, promotedAt: this.#now().toISOString() });
  }

  async champion(environment: string): Promise<Release | undefined> {
    return this.#champion(environment);
  }

  async list(environment: string): Promise<readonly Release[]> {
    return [...this.#releases.values()].filter((release) => release.environment === environment).reverse();
  }

  #champion(environment: string): Release | undefined {
    return [...this.#releases.values()].find(
      (release) => release.environment === environment && release.stage === 'champion',
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

/** An engine whose runs end when the test says so. */
export class ScriptedEngine implements PipelineEngine {
  readonly requests = new Map<string, RunRequest>();
  readonly #states = new Map<string, { state: RunRecord['state']; reason: string | null }>();

  finish(runId: string, state: RunRecord['state'], reason: string | null = null): void {
    this.#states.set(runId, { state, reason });
  }

  async submit(request: RunRequest): Promise<string> {
    this.requests.set(request.id, request);
    return request.id;
  }

  async get(runId: string): Promise<RunRecord> {
    const request = this.requests.get(runId);
    if (!request) throw new TypeError(`no run ${runId}`);
    const { state, reason } = this.#states.get(runId) ?? { state: 'running' as const, reason: null };
    const none: Digest = `sha256:${'0'.repeat(64)}`;
    return {
      id: runId,
      pipeline: 'scripted',
      state,
      reason,
      trigger: request.trigger,
      engine: 'local',
      pins: {
        pipeline: none,
        code: none,
        environment: none,
        datasets: [...request.datasets],
        parameters: request.parameters,
        seed: request.seed,
      },
      trackingRun: null,
      tasks: [],
      createdAt: new Date(0).toISOString(),
      finishedAt: null,
    };
  }

  async cancel(): Promise<void> {}
  async resume(): Promise<void> {}
  async logs(): Promise<string> {
    return '';
  }
}
