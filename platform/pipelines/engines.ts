import type { PipelineEngine, RunRequest, RunStore } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { engineMissing, requireRun } from './admission.ts';

export type EngineName = RunRecord['engine'];

/** An engine of this process: takes up what an earlier one left, and lets go of it again. */
export interface OpenEngine extends PipelineEngine {
  recover(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Several engines as one: a new run goes where it asks to, or to the preferred one; a known run stays where it is. */
export class Engines implements OpenEngine {
  readonly #engines: Readonly<Record<string, OpenEngine>>;
  readonly #preferred: EngineName;
  readonly #runs: Pick<RunStore, 'get'>;

  constructor(
    engines: Readonly<Record<string, OpenEngine>>,
    { preferred, runs }: { readonly preferred: EngineName; readonly runs: Pick<RunStore, 'get'> },
  ) {
    this.#engines = engines;
    this.#preferred = preferred;
    this.#runs = runs;
  }

  async submit(request: RunRequest): Promise<string> {
    // Asked for again after a change of configuration, it is still the run that it was.
    const known = await this.#runs.get(request.id);
    return this.#named(known?.engine ?? request.engine ?? this.#preferred).submit(request);
  }

  async get(runId: string): Promise<RunRecord> {
    return requireRun(this.#runs, runId);
  }

  async cancel(runId: string): Promise<void> {
    await (await this.#of(runId)).cancel(runId);
  }

  async resume(runId: string): Promise<void> {
    await (await this.#of(runId)).resume(runId);
  }

  async logs(runId: string, task: string): Promise<string> {
    return (await this.#of(runId)).logs(runId, task);
  }

  async recover(): Promise<readonly string[]> {
    return (await Promise.all(Object.values(this.#engines).map((engine) => engine.recover()))).flat();
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#engines).map((engine) => engine.close()));
  }

  async #of(runId: string): Promise<OpenEngine> {
    return this.#named((await this.get(runId)).engine);
  }

  #named(name: EngineName): OpenEngine {
    const engine = Object.hasOwn(this.#engines, name) ? this.#engines[name] : undefined;
    if (!engine) throw engineMissing(name, Object.keys(this.#engines));
    return engine;
  }
}
