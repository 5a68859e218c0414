import { randomUUID } from 'node:crypto';
import { messageOf } from '@visavox/core/errors';
import type { Experiment, ExperimentPlace } from '@visavox/core/experiment';
import type { ExperimentStore, ReleaseStore } from '@visavox/core/ports';
import { type Probe, voiceAmong } from '@visavox/recognition/recogniser';
import type { Kysely } from 'kysely';
import type { Captures } from '../enrolment/captures.ts';
import { featuresOfCaptures, type LoadedRecogniser, sameFeatures } from '../enrolment/features.ts';
import type { Templates } from '../enrolment/templates.ts';
import { databaseFault, foreignKeyViolation } from '../faults.ts';
import type { Lease, RecogniserPool } from '../recogniser-pool.ts';
import type { ApplicationTables } from '../tables.ts';

/** Attempts that wait for the challenger, with their pictures and sound; more than these are not judged by it. */
const mostWaiting = 4;

/** Somebody who was refused and was let in at the same visit soon after was who they said they were. */
const confirmsWithinMs = 30 * 60 * 1000;

/** A first try of somebody who is enrolled, after the champion has judged it. */
export interface JudgedAttempt {
  readonly id: string;
  readonly person: string;
  readonly visit: string | null;
  readonly captures: Captures;
  readonly probe: Probe;
  /** The champion. */
  readonly loaded: LoadedRecogniser;
  /** Whether face and voice were enough for it; what else speaks for or against somebody is no recogniser's doing. */
  readonly accepted: boolean;
  readonly at: Date;
}

interface Running {
  readonly experiment: string;
  readonly lease: Lease;
}

/**
 * The challenger of a shadow test, which judges what the champion has judged: afterwards, one at a time, and without anybody's
 * noticing. Besides, both are asked whether they would let the person in as somebody else, drawn by chance.
 */
export class ShadowTest {
  readonly #db: Kysely<ApplicationTables>;
  readonly #experiments: Pick<ExperimentStore, 'list'>;
  readonly #releases: Pick<ReleaseStore, 'list'>;
  readonly #pool: RecogniserPool;
  readonly #templates: Templates;
  readonly #place: ExperimentPlace;
  readonly #report: (event: string, details: Record<string, unknown>) => void;
  #running: Running | undefined;
  #waiting = 0;
  #tail: Promise<void> = Promise.resolve();

  constructor(resources: {
    db: Kysely<ApplicationTables>;
    experiments: Pick<ExperimentStore, 'list'>;
    releases: Pick<ReleaseStore, 'list'>;
    pool: RecogniserPool;
    templates: Templates;
    place: ExperimentPlace;
    report?: (event: string, details: Record<string, unknown>) => void;
  }) {
    this.#db = resources.db;
    this.#experiments = resources.experiments;
    this.#releases = resources.releases;
    this.#pool = resources.pool;
    this.#templates = resources.templates;
    this.#place = resources.place;
    this.#report = resources.report ?? (() => {});
  }

  /** The experiment whose challenger judges now. */
  get experiment(): string | undefined {
    return this.#running?.experiment;
  }

  /** Loads the challenger of the test that runs, and lets go of one whose test has ended. */
  async follow(): Promise<void> {
    const experiment = await this.#current();
    if (experiment?.id === this.#running?.experiment) return;
    const challenger = experiment && (await this.#bundleOf(experiment));
    const lease = challenger && (await this.#pool.acquire(challenger));
    this.#running?.lease.release();
    this.#running = experiment && lease ? { experiment: experiment.id, lease } : undefined;
  }

  /** Returns at once. */
  judge(attempt: JudgedAttempt): void {
    const running = this.#running;
    if (!running || this.#waiting === mostWaiting) return;
    this.#waiting += 1;
    this.#afterwards(() =>
      this.#judge(attempt, running).finally(() => {
        this.#waiting -= 1;
      }),
    );
  }

  /** Somebody was let in, in whatever try: so they were the person in what was refused at the same visit just before. */
  letIn({ person, visit, at }: Pick<JudgedAttempt, 'person' | 'visit' | 'at'>): void {
    if (!this.#running || visit === null) return;
    this.#afterwards(async () => {
      await this.#db
        .updateTable('shadow_judgements')
        .set({ confirmed: true })
        .where('person', '=', person)
        .where('visit', '=', visit)
        .where('created_at', '>=', new Date(at.getTime() - confirmsWithinMs))
        .execute();
    });
  }

  /** Resolves when all that waited is judged. */
  settled(): Promise<void> {
    return this.#tail;
  }

  async close(): Promise<void> {
    await this.#tail;
    this.#running?.lease.release();
    this.#running = undefined;
  }

  #afterwards(work: () => Promise<void>): void {
    const next = () =>
      work().catch((error: unknown) => {
        // Forgotten in between: there is nobody any more whose outcome it would be.
        if (databaseFault(error).code === foreignKeyViolation) return;
        this.#report('an attempt was not judged in shadow', { reason: messageOf(error) });
      });
    this.#tail = this.#tail.then(next);
  }

  async #current(): Promise<Experiment | undefined> {
    const unfinished = await this.#experiments.list({ unfinished: true, place: this.#place });
    return unfinished.find(({ plan, state }) => plan.kind === 'shadow' && state === 'running');
  }

  async #bundleOf({ challenger, model, environment }: Experiment) {
    const all = await this.#releases.list(environment, model);
    return all.find(({ id }) => id === challenger)?.bundle;
  }

  async #judge(attempt: JudgedAttempt, { experiment, lease }: Running): Promise<void> {
    const lent = await this.#pool.acquire(lease.bundle);
    try {
      const { id, person, visit, accepted, at } = attempt;
      const probe = await probeOf(attempt, lent.loaded);
      const challenger = await this.#accepts(person, probe, lent.loaded);
      const stranger = await this.#somebodyElse(person);
      await this.#db
        .insertInto('shadow_judgements')
        .values({
          ...{ attempt: id, experiment, person, visit, champion: accepted, challenger, created_at: at },
          champion_stranger: stranger ? await this.#accepts(stranger, attempt.probe, attempt.loaded) : null,
          challenger_stranger: stranger ? await this.#accepts(stranger, probe, lent.loaded) : null,
        })
        .onConflict((conflict) => conflict.column('attempt').doNothing())
        .execute();
    } finally {
      lent.release();
    }
  }

  async #accepts(person: string, probe: Probe, loaded: LoadedRecogniser): Promise<boolean> {
    const template = await this.#templates.of(person, loaded);
    return loaded.recogniser.decide(await loaded.recogniser.compare(template, probe)) === 'accept';
  }

  /** Ids are drawn by chance, so whoever follows one that is drawn as well is anybody. */
  async #somebodyElse(person: string): Promise<string | undefined> {
    const after = (least: string) =>
      this.#db
        .selectFrom('templates')
        .select('person')
        .where('person', '>', least)
        .where('person', '!=', person)
        .orderBy('person')
        .limit(1)
        .executeTakeFirst();
    return ((await after(randomUUID())) ?? (await after('')))?.person;
  }
}

/** What the challenger sees and hears in the same recordings. */
async function probeOf({ captures, probe, loaded }: JudgedAttempt, other: LoadedRecogniser): Promise<Probe> {
  if (sameFeatures(loaded, other)) return probe;
  const features = await featuresOfCaptures(other.recogniser, captures);
  return { ...probe, faces: features.faces, ...voiceAmong(features, 0) };
}
