import { UserError } from '@visavox/core/errors';
import type { PipelineEngine, RunStore } from '@visavox/core/ports';
import type { OpenEngine } from '@visavox/pipelines/engines';

/**
 * The engine that runs tasks as processes of this machine belongs to the leader: two that took up the same unfinished
 * runs would run them twice. Other processes show what is recorded.
 */
export class EngineOfLeader implements PipelineEngine {
  readonly #open: () => Promise<OpenEngine>;
  readonly #runs: RunStore;
  readonly #leads: () => boolean;
  #engine: OpenEngine | undefined;

  private constructor(resources: EngineResources) {
    this.#open = resources.open;
    this.#runs = resources.runs;
    this.#leads = resources.leads;
  }

  /** For a process that leads from its start: what is wrong with the engine is known at once. */
  static async open(resources: Omit<EngineResources, 'leads'>): Promise<EngineOfLeader> {
    const engine = new EngineOfLeader({ ...resources, leads: () => true });
    engine.#engine = await resources.open();
    return engine;
  }

  /** For a process that may lead later: opened at the beginning of its term. */
  static waiting(resources: EngineResources): EngineOfLeader {
    return new EngineOfLeader(resources);
  }

  /** Takes up what is unfinished, at the beginning of a term. */
  async recover(): Promise<void> {
    this.#engine ??= await this.#open();
    await this.#engine.recover();
  }

  /** Its tasks go on; whoever leads next takes them up where they run. */
  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await engine?.close();
  }

  async submit(...[request]: Parameters<PipelineEngine['submit']>): Promise<string> {
    return this.#mine().submit(request);
  }

  async get(...[runId]: Parameters<PipelineEngine['get']>): ReturnType<PipelineEngine['get']> {
    const run = await this.#runs.get(runId);
    if (run) return run;
    throw new UserError({
      kind: 'not-found',
      code: 'run_unknown',
      message: `There is no run ${runId}.`,
      action: 'See "visavox runs list" for what there is.',
    });
  }

  async cancel(runId: string): Promise<void> {
    return this.#mine().cancel(runId);
  }

  async resume(runId: string): Promise<void> {
    return this.#mine().resume(runId);
  }

  async logs(runId: string, task: string): Promise<string> {
    return this.#mine().logs(runId, task);
  }

  #mine(): OpenEngine {
    if (this.#engine && this.#leads()) return this.#engine;
    throw elsewhere();
  }
}

interface EngineResources {
  readonly open: () => Promise<OpenEngine>;
  readonly runs: RunStore;
  readonly leads: () => boolean;
}

function elsewhere(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'engine_elsewhere',
    message: 'pipelines do not run in this process, but in the one that leads',
    action:
      'Ask the controller, or let pipelines run on an engine that every process reaches, such as Kubeflow.',
  });
}
