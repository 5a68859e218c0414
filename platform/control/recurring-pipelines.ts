import { messageOf, UserError } from '@visavox/core/errors';
import type { DatasetStore, PipelineEngine, RunRequest, RunStore } from '@visavox/core/ports';
import { isFinished, type Parameter } from '@visavox/core/run';
import { z } from 'zod';
import type { ControlState } from './controller-resources.ts';
import { StoredRequest } from './controller-state.ts';
import { isUnavailable } from './step.ts';
import { checkTriggers, type Trigger, type TriggerContext } from './trigger.ts';

/** A pipeline that runs by itself, whether or not a model comes of it. */
export interface RecurringPipeline {
  readonly name: string;
  readonly pipelineSpec: unknown;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly triggers: readonly Trigger[];
  /** Whether a step that ran with the same inputs before is left out. */
  readonly useCache: boolean;
}

export interface RecurringPipelinesResources {
  readonly pipelines: readonly RecurringPipeline[];
  readonly state: ControlState;
  readonly engine: Pick<PipelineEngine, 'submit'>;
  readonly runs: Pick<RunStore, 'get'>;
  readonly datasets: Pick<DatasetStore, 'latest'>;
  /** Names of datasets become versions. Throws a UserError where there is no such dataset. */
  readonly pin: (pipeline: RecurringPipeline) => Promise<Pick<RunRequest, 'parameters' | 'datasets'>>;
  /** One at a time among all processes. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

const State = z.object({
  /** When it was first looked at: schedules count from here. */
  since: z.string(),
  /** What the triggers had seen when the last run began, by their names. */
  marks: z.record(z.string(), z.string()),
  /** The newest run. */
  run: z.string().nullable(),
  /** Exactly what is submitted, however often; kept until the engine has it. */
  request: StoredRequest.nullable(),
  /** Nothing begins by itself. */
  paused: z.boolean(),
  /** Why the last run could not begin. */
  trouble: z.string().nullable(),
});
type State = z.infer<typeof State>;

/** How a pipeline that runs by itself stands. */
export interface Recurring {
  readonly name: string;
  readonly triggers: readonly string[];
  readonly paused: boolean;
  /** The newest run. */
  readonly run: string | null;
  /** When a schedule is due next; null where none is, or while it is paused. */
  readonly next: string | null;
  readonly trouble: string | null;
}

/**
 * Runs pipelines when their triggers are due, one run of each at a time: what comes due meanwhile is made up for once, after
 * it. A run that failed is begun again when a trigger is due again, not before. What is due is written down, with the id of
 * its run, before it is submitted, and is submitted again after a crash.
 */
export class RecurringPipelines {
  readonly #resources: RecurringPipelinesResources;
  #tail: Promise<unknown> = Promise.resolve();

  /** Throws a UserError where triggers of a pipeline are declared wrongly. */
  constructor(resources: RecurringPipelinesResources) {
    for (const { name, triggers } of resources.pipelines)
      checkTriggers(triggers, { model: name, counts: [] });
    this.#resources = resources;
  }

  /** One that fails keeps none of the others back. */
  async tick(): Promise<void> {
    for (const pipeline of this.#resources.pipelines)
      await this.#exclusively(() => this.#advance(pipeline)).catch((error: unknown) =>
        this.#resources.report('a recurring pipeline failed', {
          ...{ pipeline: pipeline.name, reason: messageOf(error) },
        }),
      );
  }

  list(): Promise<Recurring[]> {
    return Promise.all(this.#resources.pipelines.map((pipeline) => this.#told(pipeline)));
  }

  /** Begins a run whatever the triggers say; returns the one that is under way, where there is one. */
  async runNow(
    name: string,
    reason: string,
    by?: string,
  ): Promise<{ readonly run: string; readonly started: boolean }> {
    const pipeline = this.#named(name);
    return this.#exclusively(async () => {
      const state = await this.#state(pipeline);
      if (state.run !== null && (await this.#isUnderWay(state))) return { run: state.run, started: false };
      const begun = await this.#begun(pipeline, state, reason, by);
      await this.#remember(pipeline, begun);
      // What is due is written down: the next tick submits it, here or in another process.
      await this.#submit(pipeline, begun).catch((error: unknown) => {
        if (!isUnavailable(error)) throw error;
      });
      return { run: begun.run, started: true };
    });
  }

  /** Survives a restart. What is under way is finished. */
  async setPaused(name: string, paused: boolean): Promise<Recurring> {
    const pipeline = this.#named(name);
    return this.#exclusively(async () => {
      await this.#remember(pipeline, { ...(await this.#state(pipeline)), paused });
      this.#resources.report(paused ? 'recurring pipeline paused' : 'recurring pipeline goes on', {
        pipeline: name,
      });
      return this.#told(pipeline);
    });
  }

  async #advance(pipeline: RecurringPipeline): Promise<void> {
    const state = await this.#looked(pipeline);
    if (state.request) return this.#submit(pipeline, state);
    if (state.paused || (await this.#isUnderWay(state))) return;
    const reasons = await Promise.all(
      pipeline.triggers.map((trigger) => trigger.due(this.#seenBy(trigger, state))),
    );
    const due = reasons.filter((reason) => reason !== null);
    if (due.length === 0) return;
    const begun = await this.#begun(pipeline, state, due.join(', ')).catch((error: unknown) =>
      this.#troubled(pipeline, state, error),
    );
    if (!begun) return;
    await this.#remember(pipeline, begun);
    await this.#submit(pipeline, begun);
  }

  /** `by`: who asked for it by hand. */
  async #begun(
    pipeline: RecurringPipeline,
    state: State,
    trigger: string,
    by?: string,
  ): Promise<State & { run: string }> {
    const id = this.#resources.newId();
    const { parameters, datasets } = await this.#resources.pin(pipeline);
    const { pipelineSpec, useCache } = pipeline;
    const request = {
      ...{ id, pipelineSpec, parameters, datasets: [...datasets], trigger, seed: 1, useCache },
      ...(by !== undefined && { by }),
    };
    return { ...state, request, run: id, marks: await this.#marks(pipeline, state), trouble: null };
  }

  async #marks({ triggers }: RecurringPipeline, state: State): Promise<Record<string, string>> {
    const marks = await Promise.all(
      triggers.map(async (trigger) => [trigger.name, await trigger.mark?.(this.#seenBy(trigger, state))]),
    );
    return Object.fromEntries(marks.filter(([, mark]) => typeof mark === 'string'));
  }

  /** A run that was submitted already is left as it is. One that is refused waits for its triggers again. */
  async #submit(pipeline: RecurringPipeline, state: State): Promise<void> {
    if (!state.request) return;
    try {
      await this.#resources.engine.submit(state.request);
      await this.#remember(pipeline, { ...state, request: null });
    } catch (error) {
      if (error instanceof UserError && !isUnavailable(error))
        await this.#remember(pipeline, { ...state, request: null, run: null, trouble: saidOf(error) });
      throw error;
    }
  }

  /** What keeps it from beginning is said once, and tried again. */
  async #troubled(pipeline: RecurringPipeline, state: State, error: unknown): Promise<undefined> {
    if (!(error instanceof UserError)) throw error;
    const trouble = saidOf(error);
    if (trouble === state.trouble) return;
    this.#resources.report('recurring pipeline waits', { pipeline: pipeline.name, reason: trouble });
    await this.#remember(pipeline, { ...state, trouble });
  }

  async #isUnderWay({ run, request }: State): Promise<boolean> {
    if (request) return true;
    const record = run === null ? undefined : await this.#resources.runs.get(run);
    return record !== undefined && !isFinished(record.state);
  }

  #seenBy({ name }: Trigger, { since, marks }: State): TriggerContext {
    const { now, datasets } = this.#resources;
    return {
      ...{ now: now(), since: new Date(since), mark: marks[name] ?? null, trainedOn: null, datasets },
      countNew: async () => ({}),
    };
  }

  async #told(pipeline: RecurringPipeline): Promise<Recurring> {
    const state = await this.#state(pipeline);
    const { name, triggers } = pipeline;
    const { paused, run, trouble } = state;
    const next = triggers
      .flatMap((trigger) => trigger.next?.(this.#seenBy(trigger, state)) ?? [])
      .sort((a, b) => a.getTime() - b.getTime())[0];
    return {
      ...{ name, triggers: triggers.map((trigger) => trigger.name), paused, run, trouble },
      next: paused ? null : (next?.toISOString() ?? null),
    };
  }

  /** Schedules count from when it was first looked at. */
  async #looked(pipeline: RecurringPipeline): Promise<State> {
    const known = await this.#known(pipeline);
    if (known) return known;
    const fresh = this.#fresh();
    await this.#remember(pipeline, fresh);
    return fresh;
  }

  async #state(pipeline: RecurringPipeline): Promise<State> {
    return (await this.#known(pipeline)) ?? this.#fresh();
  }

  async #known({ name }: RecurringPipeline): Promise<State | undefined> {
    const known = await this.#resources.state.get(keyOf(name));
    return known === undefined ? undefined : State.parse(known);
  }

  #fresh(): State {
    const since = this.#resources.now().toISOString();
    return { since, marks: {}, run: null, request: null, paused: false, trouble: null };
  }

  #remember({ name }: RecurringPipeline, state: State): Promise<void> {
    return this.#resources.state.set(keyOf(name), state);
  }

  #named(name: string): RecurringPipeline {
    const found = this.#resources.pipelines.find((pipeline) => pipeline.name === name);
    if (found) return found;
    const names = this.#resources.pipelines.map((pipeline) => pipeline.name).join(', ');
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_pipeline',
      message: `no pipeline called ${name} is declared here`,
      action: names
        ? `Use one that is: ${names}.`
        : 'Declare one under "pipelines" in the project\'s visavox.config.',
    });
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#resources.exclusively(work));
    this.#tail = result.catch(() => {});
    return result;
  }
}

function saidOf({ message, action }: UserError): string {
  return `${message} ${action}`;
}

function keyOf(name: string): string {
  return `recurring/${name}`;
}
