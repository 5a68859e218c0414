import { messageOf, UserError } from '@visavox/core/errors';
import { Name } from '@visavox/core/model';
import { isChallenger, type Release } from '@visavox/core/release';
import type { Parameter } from '@visavox/core/run';
import type { ControllerResources } from './controller-resources.ts';
import { blank, ControllerState, stateKey, type Training } from './controller-state.ts';
import { isNotAccepted } from './not-accepted.ts';
import { isOfferedRelease } from './offered-model.ts';
import { beginIfDue, begun, candidateBegun } from './phases/begin.ts';
import { afterError } from './phases/fail.ts';
import { follow } from './phases/follow.ts';
import { takeOffer } from './phases/offer.ts';
import type { PhaseContext } from './phases/phase-context.ts';
import { release } from './phases/release.ts';
import { submit } from './phases/submit.ts';
import { Releases, referenceOf, releaseIdOf } from './releases.ts';
import { isUnavailable, type Step } from './step.ts';
import { type Counts, checkTriggers } from './trigger.ts';

/** Where continuous training stands, for operators. */
export interface Progress {
  readonly counts: Counts;
  /** What the counts are waited for; names without a threshold are only counted. */
  readonly thresholds: Counts;
  readonly triggers: readonly string[];
  /** `trouble`: why its present phase has failed `failures` times. */
  readonly training:
    | (Pick<Training, 'phase' | 'run' | 'trigger'> & Pick<ControllerState, 'failures' | 'trouble'>)
    | null;
  readonly lastFailure: ControllerState['lastFailure'];
  readonly paused: boolean;
}

/**
 * Continuous training of one model for one environment, as a reconciler: each tick reads what there is and takes steps
 * towards what should be. Every step may be repeated and what it is in the middle of is written down first, so the
 * next tick goes on after a crash between any two lines. The phases of a training are in `phases/`.
 */
export class Controller {
  readonly model: string;
  readonly environment: string;
  readonly #resources: ControllerResources;
  readonly #context: PhaseContext;
  readonly #releases: Releases;
  readonly #key: string;
  #tail: Promise<unknown> = Promise.resolve();

  /** Throws a UserError where the model, the environment or the triggers are declared wrongly. */
  constructor(resources: ControllerResources) {
    for (const name of [resources.model, resources.environment]) requireName(name);
    checkTriggers(resources.triggers, resources);
    this.model = resources.model;
    this.environment = resources.environment;
    this.#resources = resources;
    this.#releases = new Releases(resources);
    this.#context = { ...resources, releases: this.#releases };
    this.#key = stateKey(resources.environment, resources.model);
  }

  /** Steps until nothing is left to do but wait. */
  tick(): Promise<void> {
    return this.#exclusively(async () => {
      await this.#look();
      while (await this.#step()) {
        // one more step
      }
      if (this.#resources.setsAlias) await this.#alignAlias();
      await this.#releases.activateChampion();
    });
  }

  /** Asks for a training whatever the triggers say; returns the run's id, also when one is under way already. */
  retrainNow(trigger: string, by?: string): Promise<{ run: string; started: boolean }> {
    return this.#exclusively(async () => {
      const state = await this.#state();
      if (state.training) return { run: state.training.run, started: false };
      return { run: await this.#begin(await begun(this.#context, state, { trigger, by })), started: true };
    });
  }

  /**
   * Has a model judged that somebody made by hand, by a run that the project makes of what they gave. What passes the gate
   * is released, as what was trained is. Returns the run's id.
   */
  judgeCandidate(
    given: Readonly<Record<string, Parameter>>,
    trigger: string,
    by?: string,
  ): Promise<{ run: string }> {
    return this.#exclusively(async () => {
      const state = await this.#state();
      if (state.training) throw trainingUnderWay(state.training.run);
      return { run: await this.#begin(await candidateBegun(this.#context, state, { trigger, given, by })) };
    });
  }

  /** Whether a second person has to agree before a release serves here. */
  get needsApproval(): boolean {
    return this.#resources.askApproval !== undefined;
  }

  /** Makes the release that was champion before the present one champion again. */
  rollback(reason: string, by?: string): Promise<Release> {
    return this.#exclusively(async () => {
      const current = await this.#releases.champion();
      const previous = (await this.#releases.list())
        .filter((one) => one.stage === 'retired' && one.promotedAt !== null && one.id !== current?.id)
        .sort((a, b) => ((a.promotedAt ?? '') < (b.promotedAt ?? '') ? 1 : -1))[0];
      if (!previous) {
        throw new UserError({
          kind: 'conflict',
          code: 'nothing_to_roll_back_to',
          message: `no release of ${this.model} has served ${this.environment} before the present one`,
          action: 'Propose another model version instead.',
        });
      }
      await this.#releases.makeChampion(previous, `rolled back: ${reason}`, by);
      return previous;
    });
  }

  /** Brings a registered version up beside the champion, without giving it traffic. */
  propose(version: number, reason: string, by?: string): Promise<Release> {
    return this.#exclusively(async () => {
      const { registry, releases, target, newId, report } = this.#resources;
      const found = await registry.get(this.model, version);
      const proposed = await this.#releases.createOnce(newId(), found, {
        ...{ stage: 'preparing' as const, reason },
        ...(by !== undefined && { by }),
      });
      try {
        await target.prepare(proposed);
      } catch (error) {
        const why = isNotAccepted(error) ? 'not accepted' : 'could not be brought up';
        await this.#releases.holdBack(proposed.id, `${why}: ${messageOf(error)}`);
        throw error;
      }
      await releases.setStage(proposed.id, 'shadow', reason);
      report('release proposed', {
        ...{ environment: this.environment, model: referenceOf(proposed), release: proposed.id },
      });
      return { ...proposed, stage: 'shadow' };
    });
  }

  /** Makes a proposed (or earlier) release champion. `instead`: the one that has to serve until then; null where none does. */
  promote(
    releaseId: string,
    reason: string,
    { by, instead }: { readonly by?: string; readonly instead?: string | null } = {},
  ): Promise<Release> {
    return this.#exclusively(async () => {
      const champion = (await this.#releases.champion())?.id ?? null;
      if (instead !== undefined && champion !== instead && champion !== releaseId) throw championChanged();
      const found = await this.#releases.find(releaseId);
      if (!found) {
        throw new UserError({
          kind: 'not-found',
          code: 'unknown_release',
          message: `there is no release ${releaseId} of ${this.model} in ${this.environment}`,
          action: 'List the releases to see their ids.',
        });
      }
      await this.#releases.makeChampion(found, reason, by);
      return { ...found, stage: 'champion' };
    });
  }

  /** Takes a release away that was brought up beside the champion, which stays. One that is not there any more is left. */
  withdraw(releaseId: string, reason: string): Promise<void> {
    return this.#exclusively(async () => {
      const found = await this.#releases.find(releaseId);
      if (!found || !isChallenger(found)) return;
      await this.#releases.holdBack(found.id, reason);
      await this.#resources.target.retire(found);
      this.#resources.report('challenger withdrawn', { model: referenceOf(found), reason });
    });
  }

  /** For what the platform decides by itself: where a second person has to agree, it is asked for. */
  promoteOrAsk(releaseId: string, reason: string): Promise<void> {
    if (!this.needsApproval) return this.promote(releaseId, reason).then(() => undefined);
    return this.#exclusively(async () => {
      const found = await this.#releases.find(releaseId);
      if (found && found.stage !== 'champion') await this.#releases.leaveForApproval({ ...found, reason });
    });
  }

  /** Whether trainings begin by themselves. Survives a restart. */
  setPaused(paused: boolean): Promise<void> {
    return this.#exclusively(async () => {
      await this.#remember({ ...(await this.#state()), paused });
      const { model, environment } = this;
      this.#resources.report(paused ? 'continuous training paused' : 'continuous training goes on', {
        ...{ model, environment },
      });
    });
  }

  async progress(): Promise<Progress> {
    const { subject, triggers } = this.#resources;
    const { training, trainedOn, failures, trouble, lastFailure, paused } = await this.#state();
    return {
      counts: await subject.countNew(trainedOn),
      thresholds: Object.assign({}, ...triggers.map(({ thresholds }) => thresholds)),
      triggers: triggers.map(({ name }) => name),
      training: training && {
        ...{ phase: training.phase, run: training.run, trigger: training.trigger, failures, trouble },
      },
      lastFailure,
      paused,
    };
  }

  /** Writes down what is due, and submits it where that is possible now. Returns the run's id. */
  async #begin(next: ControllerState): Promise<string> {
    await this.#remember(next);
    await this.#step().catch((error) => {
      // What is due is written down: the next tick submits it, here or in another process.
      if (!isUnavailable(error)) throw error;
      this.#resources.report('training not submitted yet', { reason: messageOf(error) });
    });
    return next.training?.run ?? '';
  }

  /** Once a tick: when this controller first looked, and what a process that died left in nobody's hands. */
  async #look(): Promise<void> {
    const state = await this.#state();
    if (state.since === null) await this.#remember({ ...state, since: this.#resources.now().toISOString() });
    const { training } = state;
    await this.#releases.holdBackAbandoned(
      (one) => isOfferedRelease(one) || (training !== null && one.id === releaseIdOf(training.run)),
    );
  }

  /** Returns whether another step may follow at once. */
  async #step(): Promise<boolean> {
    const state = await this.#state();
    const step = await this.#phase(state).catch((error: unknown) => {
      if (isUnavailable(error)) throw error;
      return afterError(this.#context, state, error);
    });
    if (!step) return false;
    await this.#remember(step.next);
    return step.again;
  }

  async #phase(state: ControllerState): Promise<Step | null> {
    const { training } = state;
    switch (training?.phase) {
      case undefined:
        return this.#idle(state);
      case 'submitting':
        return submit(this.#context, state, training as Training);
      case 'running':
        return follow(this.#context, state, training as Training);
      case 'releasing':
        return release(this.#context, state, training as Training);
    }
  }

  /** An offer that cannot be taken keeps no training from beginning. */
  async #idle(state: ControllerState): Promise<Step | null> {
    try {
      const step = await takeOffer(this.#context, state);
      if (step) return step;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      const step = await beginIfDue(this.#context, state);
      if (!step) throw error;
      this.#resources.report('offered model not taken', { reason: messageOf(error) });
      return step;
    }
    return beginIfDue(this.#context, state);
  }

  /** The alias in the registry follows the release; null in the state while it is not known what it is. */
  async #alignAlias(): Promise<void> {
    const champion = await this.#releases.champion();
    const state = await this.#state();
    if (!champion || state.alias === referenceOf(champion)) return;
    // A crash right after it was set must not leave the one before for known: a rollback to that would be passed over.
    if (state.alias !== null) await this.#remember({ ...state, alias: null });
    const alias = await this.#releases.setAlias(champion);
    if (alias !== null) await this.#remember({ ...state, alias });
  }

  async #state(): Promise<ControllerState> {
    const stored = await this.#resources.state.get(this.#key);
    return stored === undefined || stored === null ? blank : ControllerState.parse(stored);
  }

  #remember(state: ControllerState): Promise<void> {
    return this.#resources.state.set(this.#key, state);
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

function championChanged(): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'champion_changed',
    message: 'another release serves by now than the one that this was to follow',
    action: 'Look at what serves (visavox releases status), and ask again if it should still be replaced.',
  });
}

function trainingUnderWay(run: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'training_under_way',
    message: `run ${run} is training or judging a model already, and whatever comes of it may be the next champion`,
    action: 'Hand it in again when that has ended: visavox runs show says when.',
    details: { run },
  });
}

function requireName(name: string): void {
  const parsed = Name.safeParse(name);
  if (parsed.success) return;
  throw new UserError({
    kind: 'invalid',
    code: 'name_invalid',
    message: `"${name}" names no model or environment: ${parsed.error.issues[0]?.message}`,
    action: 'Choose another name.',
  });
}
