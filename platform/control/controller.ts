import type { DatasetVersion } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import { type ModelVersion, modelReference } from '@visavox/core/model';
import type {
  ModelRegistry,
  PipelineEngine,
  ReleaseStore,
  ReleaseTarget,
  RunRequest,
} from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { isFinished } from '@visavox/core/run';
import { type Comparison, type GatePolicy, judge } from './gate.ts';
import { blank, Memory, type Training } from './memory.ts';
import { isGivenUp, judgeOffered, type OfferedModel, offeredReleaseId } from './offered-model.ts';
import { type Counts, dueBecause, type TriggerRule } from './trigger.ts';

/** What is being trained, told by the application. */
export interface TrainingSubject {
  /** What is new since the dataset of `since` (null: since the beginning). */
  countNew(since: Digest | null): Promise<Counts>;
  /** Freezes what there is now into a dataset version. Repeating it without new data gives the same version. */
  snapshot(): Promise<DatasetVersion>;
  /** The run to submit for this dataset against this champion; it starts from `base`, or from the champion. */
  request(
    dataset: Digest,
    champion: Release,
    base?: Digest,
  ): Promise<Pick<RunRequest, 'pipelineSpec' | 'parameters' | 'datasets' | 'seed'>>;
  /** Reads what a succeeded run of it produced. */
  result(runId: string): Promise<{ model: ModelVersion; comparison: Comparison }>;
  /** The model that came with the software, unless the champion is that one. May be asked for often. */
  offered?(champion: Release): Promise<OfferedModel | null>;
}

/** Where the controller remembers what it is in the middle of. `set` is durable when it returns. */
export interface ControlState {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
}

export interface ControllerResources {
  readonly environment: string;
  readonly rule: TriggerRule;
  readonly policy: GatePolicy;
  /** What a training from an offered model is judged by; too few units to judge by do not keep it back. */
  readonly offerPolicy?: GatePolicy;
  readonly subject: TrainingSubject;
  readonly state: ControlState;
  readonly engine: PipelineEngine;
  readonly releases: ReleaseStore;
  readonly target: ReleaseTarget;
  readonly registry: Pick<ModelRegistry, 'register' | 'get' | 'setAlias'>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Keeps the same work of other processes out, where there are others. */
  readonly exclusively?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Told what happened, once a step: for the log. */
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

const maximumPrepareFailures = 5;

/**
 * Continuous training as a reconciler: each tick reads what there is and takes one step towards what should
 * be. Every step may be repeated and what it is in the middle of is written down first, so a crash between
 * any two lines is mended by the next tick.
 */
export class Controller {
  readonly #resources: ControllerResources;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(resources: ControllerResources) {
    this.#resources = resources;
  }

  /** Steps until nothing is left to do but wait. */
  tick(): Promise<void> {
    return this.#exclusively(async () => {
      while (await this.#step()) {
        // one more step
      }
      await this.#alignAlias();
    });
  }

  /** Asks for a training regardless of the thresholds; answers the run's id, also when one is under way already. */
  retrainNow(trigger: string): Promise<{ run: string; started: boolean }> {
    return this.#exclusively(async () => {
      const memory = await this.#memory();
      if (memory.training) return { run: memory.training.run, started: false };
      await this.#begin(memory, trigger);
      await this.#step().catch((error) => {
        // What is due is written down: the next tick submits it, here or in another process.
        if (!(error instanceof UserError) || error.kind !== 'unavailable') throw error;
        this.#resources.report('training not submitted yet', { reason: messageOf(error) });
      });
      const training = (await this.#memory()).training;
      return { run: training?.run ?? '', started: true };
    });
  }

  /** Makes the release that was champion before the present one champion again. */
  rollback(reason: string): Promise<Release> {
    return this.#exclusively(async () => {
      const { releases, environment } = this.#resources;
      const current = await releases.champion(environment);
      const previous = (await releases.list(environment))
        .filter(
          (release) =>
            release.stage === 'retired' && release.promotedAt !== null && release.id !== current?.id,
        )
        .sort((a, b) => ((a.promotedAt ?? '') < (b.promotedAt ?? '') ? 1 : -1))[0];
      if (!previous) {
        throw new UserError({
          kind: 'conflict',
          code: 'nothing_to_roll_back_to',
          message: `no release has served ${environment} before the present one`,
          action: 'Propose another model version instead.',
        });
      }
      await this.#makeChampion(previous, `rolled back: ${reason}`);
      return previous;
    });
  }

  /** Brings a registered version up beside the champion, without giving it traffic. */
  propose(model: string, version: number, reason: string): Promise<Release> {
    return this.#exclusively(async () => {
      const { registry, releases, target, environment } = this.#resources;
      const found = await registry.get(model, version);
      const release = this.#newRelease(this.#resources.newId(), found, 'preparing', reason);
      await releases.create(release);
      try {
        await target.prepare(release);
      } catch (error) {
        await releases.setStage(release.id, 'held-back', `could not be brought up: ${messageOf(error)}`);
        throw error;
      }
      await releases.setStage(release.id, 'shadow', reason);
      this.#resources.report('release proposed', {
        environment,
        model: modelReference(found),
        release: release.id,
      });
      return { ...release, stage: 'shadow' };
    });
  }

  /** Makes a proposed (or earlier) release champion. */
  promote(releaseId: string, reason: string): Promise<Release> {
    return this.#exclusively(async () => {
      const { releases, environment } = this.#resources;
      const release = (await releases.list(environment)).find((candidate) => candidate.id === releaseId);
      if (!release) {
        throw new UserError({
          kind: 'not-found',
          code: 'unknown_release',
          message: `there is no release ${releaseId} in ${environment}`,
          action: 'List the releases to see their ids.',
        });
      }
      await this.#makeChampion(release, reason);
      return { ...release, stage: 'champion' };
    });
  }

  /** Whether trainings begin by themselves. Survives a restart. */
  setPaused(paused: boolean): Promise<void> {
    return this.#exclusively(async () => {
      await this.#remember({ ...(await this.#memory()), paused });
      this.#resources.report(paused ? 'continuous training paused' : 'continuous training goes on', {});
    });
  }

  async progress(): Promise<{
    counts: Counts;
    thresholds: TriggerRule['thresholds'];
    training: Training | null;
    lastFailure: Memory['lastFailure'];
    paused: boolean;
  }> {
    const memory = await this.#memory();
    return {
      counts: await this.#resources.subject.countNew(memory.trainedOn),
      thresholds: this.#resources.rule.thresholds,
      training: memory.training,
      lastFailure: memory.lastFailure,
      paused: memory.paused,
    };
  }

  /** Answers whether another step may follow at once. */
  async #step(): Promise<boolean> {
    const memory = await this.#memory();
    const { training } = memory;
    switch (training?.phase) {
      case undefined:
        return (await this.#takeOffer(memory)) || this.#startIfDue(memory);
      case 'submitting':
        return this.#submit(memory, training as Training);
      case 'running':
        return this.#follow(memory, training as Training);
      case 'releasing':
        return this.#release(memory, training as Training);
    }
  }

  async #startIfDue(memory: Memory): Promise<boolean> {
    const { subject, rule, releases, environment } = this.#resources;
    if (memory.paused || !(await releases.champion(environment))) return false;
    const reason = dueBecause(await subject.countNew(memory.trainedOn), rule);
    if (!reason || this.#failedJustNow(memory)) return false;
    await this.#begin(memory, reason);
    return true;
  }

  #failedJustNow({ lastFailure }: Memory): boolean {
    const { rule, now } = this.#resources;
    const failedAt = lastFailure ? Date.parse(lastFailure.at) : Number.NEGATIVE_INFINITY;
    return now().getTime() - failedAt < rule.retryAfterSeconds * 1000;
  }

  async #begin(memory: Memory, trigger: string, base?: Digest): Promise<void> {
    const dataset = await this.#resources.subject.snapshot();
    const run = this.#resources.newId();
    await this.#remember({
      ...memory,
      training: { phase: 'submitting', run, dataset: dataset.digest, trigger, ...(base && { base }) },
    });
    this.#resources.report('training due', { run, trigger, dataset: dataset.digest });
  }

  /** Answers whether it came a step further with a model that came with the software. */
  async #takeOffer(memory: Memory): Promise<boolean> {
    const { subject, releases, environment } = this.#resources;
    const champion = await releases.champion(environment);
    if (memory.paused || !champion || this.#failedJustNow(memory)) return false;
    const offer = await subject.offered?.(champion);
    if (!offer || offer.bundle === memory.offered) return false;
    const dealtWith = () => this.#remember({ ...memory, offered: offer.bundle });
    const id = offeredReleaseId(offer.bundle);
    // It has served before, as with software that was set back to what it had been.
    const known = (await releases.list(environment)).some(
      (release) => release.bundle === offer.bundle && release.id !== id,
    );
    if (known) {
      await dealtWith();
      return true;
    }
    const model = await this.#registered(offer.bundle, champion);
    if (!model) return false;
    if (offer.way === 'release') return this.#releaseOffered(memory, offer, model);
    if (offer.way === 'train') await this.#begin(memory, offer.reason, offer.bundle);
    else await dealtWith();
    return true;
  }

  /** Null while the registry is away. */
  async #registered(bundle: Digest, { model: name }: Release): Promise<ModelVersion | null> {
    const { registry, report } = this.#resources;
    try {
      return await registry.register({ name, bundle, run: null, metrics: {}, trackingRun: null });
    } catch (error) {
      report('offered model not registered yet', { bundle, reason: messageOf(error) });
      return null;
    }
  }

  async #releaseOffered(memory: Memory, offer: OfferedModel, model: ModelVersion): Promise<boolean> {
    const { releases, now } = this.#resources;
    const release = this.#newRelease(offeredReleaseId(offer.bundle), model, 'preparing', offer.reason);
    await this.#createOnce(releases, release);
    const trouble = await this.#bringUp(memory, release.id);
    if (trouble === null) {
      await this.#remember({ ...memory, offered: offer.bundle, prepareFailures: 0, lastFailure: null });
      return true;
    }
    await this.#remember({
      ...memory,
      prepareFailures: memory.prepareFailures + 1,
      lastFailure: { run: release.id, at: now().toISOString(), reason: trouble },
    });
    return false;
  }

  async #submit(memory: Memory, training: Training): Promise<boolean> {
    const { releases, environment, subject, engine } = this.#resources;
    const champion = await releases.champion(environment);
    if (!champion) return false;
    await engine.submit({
      id: training.run,
      trigger: training.trigger,
      useCache: true,
      ...(await subject.request(training.dataset, champion, training.base)),
    });
    await this.#remember({ ...memory, training: { ...training, phase: 'running' } });
    return true;
  }

  async #follow(memory: Memory, training: Training): Promise<boolean> {
    const { engine, subject, releases, policy, offerPolicy, now, report } = this.#resources;
    const run = await engine.get(training.run);
    if (!isFinished(run.state)) return false;
    if (run.state !== 'succeeded') {
      const reason = run.reason ?? run.state;
      report('training did not succeed', { run: run.id, state: run.state, reason });
      const canceled = run.state === 'canceled';
      const givenUp = training.base !== undefined && isGivenUp(memory, canceled);
      if (givenUp && training.base) await this.#holdBackOffered(training.base, reason);
      await this.#remember({
        ...memory,
        training: null,
        // A run canceled by hand is not tried again until there is something new.
        trainedOn: canceled ? training.dataset : memory.trainedOn,
        offered: givenUp && training.base ? training.base : memory.offered,
        offerFailures: training.base && !givenUp ? memory.offerFailures + 1 : 0,
        lastFailure: { run: run.id, at: now().toISOString(), reason },
      });
      return false;
    }
    const { model, comparison } = await subject.result(training.run);
    const verdict = training.base
      ? judgeOffered(comparison, offerPolicy ?? policy)
      : judge(comparison, policy);
    const release = this.#newRelease(
      releaseIdOf(training.run),
      model,
      verdict.pass ? 'preparing' : 'held-back',
      verdict.reasons.join('; '),
    );
    await this.#createOnce(releases, release);
    report(verdict.pass ? 'candidate passed the gate' : 'candidate held back', {
      run: run.id,
      model: modelReference(model),
      reasons: verdict.reasons,
    });
    const finished = {
      ...memory,
      ...(training.base ? { offered: training.base, offerFailures: 0 } : {}),
      trainedOn: training.dataset,
      lastFailure: null,
      prepareFailures: 0,
    };
    await this.#remember({
      ...finished,
      training: verdict.pass ? { ...training, phase: 'releasing' } : null,
    });
    return verdict.pass;
  }

  /** Seen among the releases, so that it is not lost in silence. */
  async #holdBackOffered(bundle: Digest, reason: string): Promise<void> {
    const { releases, environment } = this.#resources;
    const champion = await releases.champion(environment);
    const model = champion && (await this.#registered(bundle, champion));
    if (!model) return;
    const why = `no training from it succeeded: ${reason}`;
    await this.#createOnce(releases, this.#newRelease(offeredReleaseId(bundle), model, 'held-back', why));
  }

  async #release(memory: Memory, training: Training): Promise<boolean> {
    const trouble = await this.#bringUp(memory, releaseIdOf(training.run));
    await this.#remember(
      trouble === null
        ? { ...memory, training: null, prepareFailures: 0 }
        : { ...memory, prepareFailures: memory.prepareFailures + 1 },
    );
    return trouble === null;
  }

  /** Answers why it has to be tried again, or null: it serves, or it is held back after so many tries. */
  async #bringUp({ prepareFailures }: Memory, id: string): Promise<string | null> {
    const { releases, environment, report } = this.#resources;
    const release = (await releases.list(environment)).find((candidate) => candidate.id === id);
    if (release === undefined || release.stage === 'held-back' || release.stage === 'retired') return null;
    try {
      await this.#makeChampion(release, release.reason);
      return null;
    } catch (error) {
      const failures = prepareFailures + 1;
      report('release could not be brought up', { release: release.id, failures, reason: messageOf(error) });
      if (failures < maximumPrepareFailures) return messageOf(error);
      await releases.setStage(release.id, 'held-back', `could not be brought up: ${messageOf(error)}`);
      return null;
    }
  }

  async #makeChampion(release: Release, reason: string): Promise<void> {
    const { releases, target, environment, report } = this.#resources;
    const before = await releases.champion(environment);
    if (before?.id !== release.id) {
      await target.prepare(release);
      await releases.promote(release.id, reason);
    }
    await target.activate({ ...release, stage: 'champion' });
    if (before && before.id !== release.id) await target.retire(before);
    report('released', {
      environment,
      model: modelReference({ name: release.model, version: release.version }),
      reason,
    });
  }

  /** The alias in the registry follows the release; the registry may be away for a while. */
  async #alignAlias(): Promise<void> {
    const { releases, environment, registry, report } = this.#resources;
    const champion = await releases.champion(environment);
    if (!champion) return;
    const reference = modelReference({ name: champion.model, version: champion.version });
    const memory = await this.#memory();
    if (memory.alias === reference) return;
    try {
      await registry.setAlias(champion.model, 'champion', champion.version);
    } catch (error) {
      report('registry alias not set yet', { model: reference, reason: messageOf(error) });
      return;
    }
    await this.#remember({ ...(await this.#memory()), alias: reference });
  }

  #newRelease(id: string, model: ModelVersion, stage: Release['stage'], reason: string): Release {
    return {
      id,
      environment: this.#resources.environment,
      model: model.name,
      version: model.version,
      bundle: model.bundle,
      stage,
      reason,
      createdAt: this.#resources.now().toISOString(),
      promotedAt: null,
    };
  }

  async #createOnce(releases: ReleaseStore, release: Release): Promise<void> {
    const existing = (await releases.list(release.environment)).some(
      (candidate) => candidate.id === release.id,
    );
    if (!existing) await releases.create(release);
  }

  async #memory(): Promise<Memory> {
    const stored = await this.#resources.state.get('controller');
    return stored === undefined || stored === null ? blank : Memory.parse(stored);
  }

  #remember(memory: Memory): Promise<void> {
    return this.#resources.state.set('controller', memory);
  }

  /** One at a time: a tick, a rollback and a promotion never interleave. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const { exclusively } = this.#resources;
    const alone = exclusively ? () => exclusively(work) : work;
    const result = this.#tail.then(alone, alone);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

function releaseIdOf(run: string): string {
  return `release-${run}`;
}
