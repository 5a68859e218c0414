import { canonicalJson, digestOf, digestOfJson, hexOf } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { type Curve, hasFallenBehind } from '@visavox/core/median-stopping';
import { getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { PipelineEngine, ProposePoints, RunStore, SweepStore, TrackedCurves } from '@visavox/core/ports';
import { isFinished } from '@visavox/core/run';
import { gridPoint, gridSize, type Point, randomPoint } from '@visavox/core/search-space';
import { bestOf, checkPlan, type Outcome, type Sweep, type Trial } from '@visavox/core/sweep';
import { isUnavailable } from './step.ts';

/** Where as many trials have failed and none has succeeded, more would fail as well. */
const mostFailures = 3;

export interface SweepsResources {
  readonly store: SweepStore;
  readonly runs: Pick<RunStore, 'page' | 'get'>;
  readonly engine: Pick<PipelineEngine, 'submit' | 'cancel'>;
  readonly objects: ObjectStore;
  readonly curves: TrackedCurves;
  /** Of the sampler `bayesian`. */
  readonly propose: ProposePoints;
  /** Where its end is told; may be told again. */
  readonly finished: (sweep: Sweep, outcomes: readonly Outcome[]) => Promise<void>;
  readonly now: () => Date;
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

export type NewSweep = Pick<Sweep, 'id' | 'name' | 'pipeline' | 'plan' | 'requestDigest'> & {
  readonly pipelineSpec: unknown;
  readonly run: Omit<Sweep['run'], 'pipeline'>;
};

/**
 * Searches for parameters, as a reconciler: each tick reads how the trials stand, cancels those that have fallen behind and
 * begins others. A trial is written down, with the id of its run, before that is submitted, and is submitted again after a
 * crash.
 */
export class Sweeps {
  readonly #resources: SweepsResources;

  constructor(resources: SweepsResources) {
    this.#resources = resources;
  }

  /**
   * Writes a sweep down; whoever leads begins its trials. One that is there under the id is returned as it is. Throws a
   * UserError `sweep_invalid`.
   */
  async create({ pipelineSpec, run, plan, ...named }: NewSweep): Promise<Sweep> {
    const { store, objects, now } = this.#resources;
    checkPlan(plan);
    const trials = plan.sampler === 'grid' ? Math.min(plan.trials, gridSize(plan.space)) : plan.trials;
    await putBlob(objects, new TextEncoder().encode(canonicalJson(pipelineSpec)));
    const sweep: Sweep = {
      ...named,
      ...{ state: 'running', reason: null, plan: { ...plan, trials } },
      run: { ...run, pipeline: digestOfJson(pipelineSpec) },
      ...{ trials: [], forgiven: 0, createdAt: now().toISOString(), finishedAt: null },
    };
    await store.create(sweep);
    return (await store.get(sweep.id)) ?? sweep;
  }

  list(filter: { readonly limit: number }): Promise<readonly Sweep[]> {
    return this.#resources.store.list(filter);
  }

  /** By its id or the beginning of it. Throws a UserError `unknown_sweep`. */
  async find(text: string): Promise<Sweep> {
    const found = await this.#resources.store.get(text);
    if (found) return found;
    const begun = (await this.#resources.store.list({})).filter(
      ({ id, name }) => id.startsWith(text) || name === text,
    );
    if (begun.length === 1 && begun[0]) return begun[0];
    throw unknownSweep(text, begun);
  }

  /** Its trials are canceled by whoever leads. */
  async cancel(id: string): Promise<Sweep> {
    return this.#change(id, (sweep) => {
      if (sweep.finishedAt !== null) throw alreadyOver(sweep);
      return { ...sweep, state: 'canceling' };
    });
  }

  /** Goes on with what is left of its trials. Those that have ended stay as they ended. */
  async resume(id: string): Promise<Sweep> {
    return this.#change(id, (sweep) => {
      if (sweep.state !== 'failed' && sweep.state !== 'canceled') throw notToResume(sweep);
      return { ...sweep, state: 'running', reason: null, finishedAt: null, forgiven: sweep.trials.length };
    });
  }

  async tick(): Promise<void> {
    for (const sweep of await this.#resources.store.list({ unfinished: true }))
      await this.#advance(sweep).catch((error: unknown) => this.#troubled(sweep, error));
  }

  /** What waiting may cure is tried again at the next tick, and said meanwhile. */
  async #troubled(sweep: Sweep, error: unknown): Promise<void> {
    const said = error instanceof UserError ? `${error.message} ${error.action}` : messageOf(error);
    if (error instanceof UserError && !isUnavailable(error))
      return this.#finish(sweep, { state: 'failed', reason: said });
    if (said === sweep.reason) return;
    this.#resources.report('sweep waits', { sweep: sweep.id, reason: said });
    await this.#resources.store.change(sweep.id, (now) =>
      now.finishedAt === null ? { ...now, reason: said } : now,
    );
  }

  /** How its trials stand, in their order. */
  async outcomes({ id, trials, plan }: Sweep): Promise<readonly Outcome[]> {
    if (trials.length === 0) return [];
    const { runs } = await this.#resources.runs.page({ sweep: id, start: 0, limit: trials.length });
    const known = new Map(runs.map((run) => [run.id, run]));
    return trials.map((trial) => {
      const run = known.get(trial.run);
      const value = run?.state === 'succeeded' ? (run.metrics[plan.metric] ?? null) : null;
      return { ...trial, state: run?.state ?? 'pending', value, reason: run?.reason ?? null };
    });
  }

  async #advance(sweep: Sweep): Promise<void> {
    const outcomes = await this.outcomes(sweep);
    const open = outcomes.filter(({ state }) => !isFinished(state));
    if (sweep.state === 'canceling') return this.#cancelAll(sweep, open);
    await this.#submit(
      sweep,
      open.filter(({ state }) => state === 'pending'),
    );
    const ended = outcomes.slice(sweep.forgiven).filter(({ state }) => isFinished(state));
    const failed = ended.filter(({ state }) => state === 'failed');
    if (failed.length >= mostFailures && failed.length === ended.length) {
      // Those that still run may do better; no others begin before that is known.
      if (open.length > 0) return;
      const reason = `${failed.length} trials failed, and none succeeded: ${failed[0]?.reason ?? 'no reason was given'}`;
      return this.#finish(sweep, { state: 'failed', reason });
    }
    await this.#stopThoseBehind(sweep, outcomes);
    const { parallel, trials: wanted } = sweep.plan;
    const room = Math.min(parallel - open.length, wanted - sweep.trials.length);
    if (room > 0) return this.#begin(sweep, outcomes, room);
    if (open.length > 0) return;
    const best = bestOf(outcomes, sweep.plan.goal);
    if (best) return this.#finish(sweep, { state: 'succeeded', reason: null });
    const reason = `no trial gave the metric ${sweep.plan.metric}; ${await this.#metricsOf(outcomes)}`;
    await this.#finish(sweep, { state: 'failed', reason });
  }

  async #begin(sweep: Sweep, outcomes: readonly Outcome[], room: number): Promise<void> {
    const points = await this.#points(sweep, outcomes, room);
    const changed = await this.#resources.store.change(sweep.id, (now) => {
      // It may have been canceled meanwhile.
      if (now.state !== 'running' || now.trials.length !== sweep.trials.length) return now;
      const fresh = points.map((parameters, index): Trial => {
        const number = now.trials.length + index + 1;
        return { number, run: runOfTrial(now.id, number), parameters };
      });
      return { ...now, trials: [...now.trials, ...fresh] };
    });
    if (changed) await this.#submit(changed, changed.trials.slice(sweep.trials.length));
    if (changed?.reason) await this.#change(sweep.id, (now) => ({ ...now, reason: null }));
  }

  async #points(
    { plan, trials }: Sweep,
    outcomes: readonly Outcome[],
    wanted: number,
  ): Promise<readonly Point[]> {
    const { space, seed, sampler } = plan;
    if (sampler === 'bayesian') return this.#resources.propose({ plan, outcomes, wanted });
    return Array.from({ length: wanted }, (_, index) =>
      sampler === 'grid'
        ? gridPoint(space, trials.length + index)
        : randomPoint(space, seed, trials.length + index + 1),
    );
  }

  /** A run that was submitted already is left as it is. */
  async #submit({ id, name, pipeline, run }: Sweep, trials: readonly Trial[]): Promise<void> {
    if (trials.length === 0) return;
    const { engine, objects } = this.#resources;
    const { pipeline: digest, parameters, ...rest } = run;
    const pipelineSpec: unknown = JSON.parse(new TextDecoder().decode(await getBlob(objects, digest)));
    for (const trial of trials)
      await engine.submit({
        ...rest,
        ...{ id: trial.run, pipelineSpec, sweep: id, trigger: `sweep ${name ?? id.slice(0, 8)}` },
        parameters: { ...parameters, ...trial.parameters },
        annotations: { name: `${name ?? pipeline} ${trial.number}` },
      });
  }

  async #cancelAll(sweep: Sweep, open: readonly Outcome[]): Promise<void> {
    for (const { run, state } of open) {
      // One that was written down and never submitted has nothing to cancel.
      const isThere = state !== 'pending' || (await this.#resources.runs.get(run)) !== undefined;
      if (isThere && state !== 'canceling') await this.#cancel(run);
    }
    const left = await this.outcomes(sweep);
    const known = await Promise.all(
      left.map(async ({ run, state }) => isFinished(state) || !(await this.#resources.runs.get(run))),
    );
    if (known.every(Boolean)) await this.#finish(sweep, { state: 'canceled', reason: null });
  }

  async #cancel(run: string): Promise<void> {
    try {
      await this.#resources.engine.cancel(run);
    } catch (error) {
      // It has ended a moment before.
      if (!(error instanceof UserError) || error.code !== 'run_finished') throw error;
    }
  }

  async #stopThoseBehind(sweep: Sweep, outcomes: readonly Outcome[]): Promise<void> {
    const { stopEarly, goal } = sweep.plan;
    if (!stopEarly) return;
    const running = outcomes.filter(({ state, stopped }) => state === 'running' && !stopped);
    const ended = outcomes.filter(({ state, stopped }) => state === 'succeeded' || stopped);
    if (running.length === 0 || ended.length < 3) return;
    const curveOf = ({ run }: Outcome) => this.#curve(run, stopEarly.metric);
    const others = await Promise.all(ended.map(curveOf));
    for (const trial of running) {
      if (!hasFallenBehind(await curveOf(trial), others, { goal, ...stopEarly })) continue;
      await this.#resources.store.change(sweep.id, (now) => ({
        ...now,
        trials: now.trials.map((one) => (one.number === trial.number ? { ...one, stopped: true } : one)),
      }));
      await this.#cancel(trial.run);
    }
  }

  /** Of whichever task of the run logs it. Where tracking is away there is none, and nothing is stopped. */
  async #curve(run: string, metric: string): Promise<Curve> {
    const { curves, runs } = this.#resources;
    const tasks = (await runs.get(run))?.tasks ?? [];
    for (const { trackingRun } of tasks) {
      if (trackingRun === undefined) continue;
      const points = await curves.history(trackingRun, metric).catch(() => []);
      if (points.length > 0) return points;
    }
    return [];
  }

  async #metricsOf(outcomes: readonly Outcome[]): Promise<string> {
    const ended = outcomes.filter(({ state }) => state === 'succeeded');
    if (ended.length === 0) return 'none succeeded';
    const { runs } = await this.#resources.runs.page({ find: ended[0]?.run, start: 0, limit: 1 });
    const names = Object.keys(runs[0]?.metrics ?? {});
    return names.length === 0 ? 'their runs have none' : `their runs have ${names.join(', ')}`;
  }

  async #finish(sweep: Sweep, { state, reason }: Pick<Sweep, 'state' | 'reason'>): Promise<void> {
    await this.#resources.finished({ ...sweep, state }, await this.outcomes(sweep));
    await this.#resources.store.change(sweep.id, (now) => ({
      ...now,
      ...{ state, reason, finishedAt: this.#resources.now().toISOString() },
    }));
    this.#resources.report('sweep finished', { sweep: sweep.id, state, reason });
  }

  async #change(id: string, change: (sweep: Sweep) => Sweep): Promise<Sweep> {
    const changed = await this.#resources.store.change(id, change);
    if (changed) return changed;
    throw unknownSweep(id, []);
  }
}

/** The id of a trial's run: always the same, and told from others by its beginning as every run's is. */
export function runOfTrial(sweep: string, number: number): string {
  const hex = hexOf(digestOf(`trial ${number} of ${sweep}`)).slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function alreadyOver({ id, state }: Sweep): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'sweep_finished',
    message: `the sweep ${id} has ${state} already`,
    action: 'There is nothing to cancel.',
  });
}

function notToResume({ id, state }: Sweep): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'sweep_not_resumable',
    message: `the sweep ${id} is ${state}`,
    action: 'Only one that failed or was canceled is resumed.',
  });
}

function unknownSweep(text: string, begun: readonly Sweep[]): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_sweep',
    message:
      begun.length === 0
        ? `there is no sweep ${text}`
        : `"${text}" may mean several sweeps: ${begun.map(({ id }) => id).join(', ')}`,
    action: 'See "visavox sweeps list" for what there is.',
  });
}
