import { randomBytes } from 'node:crypto';
import { messageOf, UserError } from '@visavox/core/errors';
import type {
  Experiment,
  ExperimentDecision,
  ExperimentPlace,
  ExperimentPlan,
  ExperimentRecord,
  Exposure,
} from '@visavox/core/experiment';
import type { ExperimentJournal, ExperimentStore, ReleaseStore } from '@visavox/core/ports';
import { isUp, type Release } from '@visavox/core/release';
import { isUnavailable } from '../step.ts';
import { type Analysis, ExperimentAnalysis } from './analysis.ts';
import { armOf } from './assignment.ts';
import { decide } from './decision.ts';

const AT_ONCE = 5000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A clock that is a little ahead is no mistake. */
const FUTURE_MS = 5 * 60 * 1000;

export interface ExperimentsResources {
  readonly store: ExperimentStore;
  readonly journal: ExperimentJournal;
  readonly releases: Pick<ReleaseStore, 'list'>;
  /** Makes the challenger champion; may be asked again after a crash. */
  readonly promote: (experiment: Experiment, reason: string) => Promise<void>;
  /** Takes the challenger away; may be asked again. */
  readonly holdBack: (experiment: Experiment, reason: string) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly report: (event: string, details: Record<string, unknown>) => void;
}

/**
 * Tests of challengers against champions, as a reconciler. What is told of them is a journal, read in the order in which it
 * was written; what that says may be looked at at any time. A decision is written down before it is carried out, and is carried
 * out again after a crash.
 */
export class Experiments {
  readonly #resources: ExperimentsResources;
  readonly #analyses = new Map<string, ExperimentAnalysis>();
  #reading: Promise<unknown> = Promise.resolve();

  constructor(resources: ExperimentsResources) {
    this.#resources = resources;
  }

  /** Begins a test of a release that was brought up beside the champion; the plan may depend on which that is. */
  async begin(
    challengerId: string,
    place: Place,
    planned: ExperimentPlan | ((champion: string) => ExperimentPlan),
  ): Promise<Experiment> {
    const { store, newId, now, report } = this.#resources;
    const [champion, challenger] = await this.#sides(challengerId, place);
    const plan = typeof planned === 'function' ? planned(champion.id) : planned;
    const experiment: Experiment = {
      ...place,
      ...{ id: newId(), champion: champion.id, challenger: challenger.id, plan },
      ...{ state: 'running', decision: null, salt: randomBytes(16).toString('base64url') },
      createdAt: now().toISOString(),
    };
    await store.create(experiment);
    report('experiment begun', { experiment: experiment.id, kind: plan.kind, challenger: challenger.id });
    return experiment;
  }

  list(filter: { readonly limit: number }): Promise<readonly Experiment[]> {
    return this.#resources.store.list(filter);
  }

  /** All of a model in an environment, newest first. */
  of(place: Place): Promise<readonly Experiment[]> {
    return this.#resources.store.list({ place });
  }

  /** Those that have not ended, newest first; of a place one at most. */
  running(place?: Place): Promise<readonly Experiment[]> {
    return this.#resources.store.list({ unfinished: true, place });
  }

  async find(id: string): Promise<Experiment> {
    const found = await this.#resources.store.get(id);
    if (found) return found;
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_experiment',
      message: `there is no experiment ${id}`,
      action: 'See "visavox experiments list" for what there is.',
    });
  }

  /** Which arm serves a key, from the first time that this is asked; after the end it is the arm that the key had. */
  async expose(id: string, key: string): Promise<Exposure> {
    const { journal } = this.#resources;
    const experiment = await this.find(id);
    const known = (await journal.exposuresOf(id, [key])).get(key);
    if (known) return known;
    if (experiment.state !== 'running') throw hasEnded(experiment);
    const { plan, salt } = experiment;
    if (plan.kind === 'shadow') return journal.expose(id, inShadow(key));
    const { share } = await this.#read(experiment);
    return journal.expose(id, { key, arm: armOf(key, salt, share), share });
  }

  /** What became of requests. Those told before, and those of keys that were never exposed, do not count. */
  async record(
    id: string,
    records: readonly ExperimentRecord[],
  ): Promise<{ readonly counted: number; readonly known: number; readonly unexposed: number }> {
    const { journal, now } = this.#resources;
    const experiment = await this.find(id);
    if (experiment.state !== 'running') throw hasEnded(experiment);
    const future = records.find(({ at }) => Date.parse(at) > now().getTime() + FUTURE_MS);
    if (future) throw fromTheFuture(future);
    const wrong = records.map((one) => faultOf(one, experiment.plan)).find((fault) => fault !== undefined);
    if (wrong !== undefined) throw notAnOutcome(wrong);
    const keys = records.map(({ key }) => key);
    const exposed = await journal.exposuresOf(id, keys);
    const isShadow = experiment.plan.kind === 'shadow';
    // Both arms have answered whoever came.
    if (isShadow)
      for (const key of new Set(keys)) if (!exposed.has(key)) await journal.expose(id, inShadow(key));
    const valid = isShadow ? records : records.filter(({ key }) => exposed.has(key));
    const counted = await journal.record(id, valid);
    return { counted, known: valid.length - counted, unexposed: records.length - valid.length };
  }

  async analysis(experiment: Experiment): Promise<Analysis> {
    return (await this.#read(experiment)).result();
  }

  /** By hand: the challenger is taken away, and the champion stays. */
  async stop(id: string, reason: string): Promise<Experiment> {
    const at = this.#resources.now().toISOString();
    const experiment = await this.#decided(await this.find(id), { outcome: 'stopped', reason, at });
    await this.#carryOut(experiment);
    return this.find(id);
  }

  async tick(): Promise<void> {
    for (const experiment of await this.running())
      await this.#advance(experiment).catch((error: unknown) =>
        this.#resources.report('an experiment failed', {
          experiment: experiment.id,
          reason: messageOf(error),
        }),
      );
  }

  async #advance(experiment: Experiment): Promise<void> {
    if (experiment.state === 'deciding') return this.#carryOut(experiment);
    const at = this.#resources.now();
    const gone = await this.#sideGone(experiment);
    if (gone) {
      const decision = { outcome: 'stopped', reason: gone, at: at.toISOString() } as const;
      return this.#carryOut(await this.#decided(experiment, decision));
    }
    const analysis = await this.#read(experiment);
    const days = (at.getTime() - Date.parse(experiment.createdAt)) / DAY_MS;
    const verdict = decide(analysis.result(), experiment.plan, { people: analysis.people, days });
    if (!verdict) return;
    await this.#carryOut(await this.#decided(experiment, { ...verdict, at: at.toISOString() }));
  }

  /** The first decision stands. */
  async #decided({ id }: Experiment, decision: ExperimentDecision): Promise<Experiment> {
    const decided = await this.#resources.store.change(id, (now) =>
      now.state === 'running' ? { ...now, state: 'deciding', decision } : now,
    );
    return decided ?? this.find(id);
  }

  async #carryOut(experiment: Experiment): Promise<void> {
    const { store, promote, holdBack, report } = this.#resources;
    const { id, decision, plan, state } = experiment;
    if (state !== 'deciding' || !decision) return;
    const { outcome, reason } = decision;
    const isChallengers =
      outcome === 'promote' ||
      ((outcome === 'no-difference' || outcome === 'undecided') && plan.otherwise === 'challenger');
    const said = `experiment ${id}: ${reason}`;
    try {
      if (isChallengers) await promote(experiment, said);
      else await holdBack(experiment, said);
    } catch (error) {
      // What waiting does not cure, such as a challenger that is gone, ends the experiment as well.
      if (isUnavailable(error) || !(error instanceof UserError)) throw error;
      report('the decision of an experiment came to nothing', { experiment: id, reason: messageOf(error) });
    }
    await store.change(id, (now) => ({ ...now, state: 'ended' }));
    this.#analyses.delete(id);
    report('experiment ended', { experiment: id, outcome, reason });
  }

  /** Somebody released or rolled back in the middle of it. */
  async #sideGone({ model, environment, champion, challenger }: Experiment): Promise<string | undefined> {
    const all = await this.#resources.releases.list(environment, model);
    if (all.find(({ id }) => id === champion)?.stage !== 'champion')
      return 'the champion that it was begun with does not serve any more';
    const other = all.find(({ id }) => id === challenger);
    return other && isUp(other) ? undefined : 'the challenger is not there any more';
  }

  async #sides(challengerId: string, { model, environment }: Place): Promise<[Release, Release]> {
    const all = await this.#resources.releases.list(environment, model);
    const champion = all.find(({ stage }) => stage === 'champion');
    const challenger = all.find(({ id }) => id === challengerId);
    if (champion && challenger?.stage === 'shadow') return [champion, challenger];
    throw new UserError({
      kind: 'conflict',
      code: 'no_challenger',
      message: champion
        ? `the release ${challengerId} is not up beside the champion of ${model} in ${environment}`
        : `nothing of ${model} serves ${environment} yet`,
      action: champion
        ? `Bring a version up first: visavox release propose ${model}:VERSION --to ${environment}.`
        : 'Release a version first.',
    });
  }

  /** One at a time: entries are added once, in their order. */
  #read(experiment: Experiment): Promise<ExperimentAnalysis> {
    const read = this.#reading.then(() => this.#readOn(experiment));
    this.#reading = read.catch(() => {});
    return read;
  }

  async #readOn({ id, plan, state }: Experiment): Promise<ExperimentAnalysis> {
    const analysis = this.#analyses.get(id) ?? new ExperimentAnalysis(plan);
    for (;;) {
      const entries = await this.#resources.journal.read(id, analysis.position, AT_ONCE);
      for (const entry of entries) analysis.add(entry);
      if (entries.length < AT_ONCE) break;
    }
    if (state !== 'ended') this.#analyses.set(id, analysis);
    return analysis;
  }
}

type Place = ExperimentPlace;

function inShadow(key: string): Exposure {
  return { key, arm: 'champion', share: 0 };
}

/** What of a record is not an outcome of the plan. */
function faultOf(record: ExperimentRecord, { kind, metrics }: ExperimentPlan): string | undefined {
  const { champion, challenger, request } = record;
  if (kind === 'shadow' && !(champion && challenger))
    return `${request}: in a shadow test both arms have an outcome`;
  if (kind === 'ab' && Boolean(champion) === Boolean(challenger))
    return `${request}: in an A/B test the arm that served it has an outcome, and no other`;
  const names = metrics.map(({ name }) => name);
  const unknown = Object.keys({ ...champion, ...challenger }).find((name) => !names.includes(name));
  return unknown && `${request}: there is no metric ${unknown}; there are ${names.join(', ')}`;
}

function notAnOutcome(message: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'outcome_invalid',
    message,
    action: 'Correct it and send the batch again: nothing of it was taken.',
  });
}

function fromTheFuture({ request, at }: ExperimentRecord): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'outcome_invalid',
    message: `${request}: ${at} has not come yet`,
    action: 'Set the clock of whoever tells outcomes, and send the batch again: nothing of it was taken.',
  });
}

function hasEnded({ id, decision }: Experiment): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'experiment_ended',
    message: `the experiment ${id} has ended${decision ? `: ${decision.reason}` : ''}`,
    action: 'Ask the champion; what comes now does not count.',
  });
}
