import { UserError } from '@visavox/core/errors';
import type { ExperimentRecord } from '@visavox/core/experiment';
import { type Kysely, sql } from 'kysely';
import type { Sealer } from '../sealing.ts';
import type { ApplicationTables } from '../tables.ts';

/** After this, nothing will tell any more who it was. */
const openHours = 24;
const atOnce = 500;

/** People who were refused although they were who they said, and others who were not. */
export const refusals = 'refusals';
export const strangersLetIn = 'strangers-let-in';

export interface OutcomesPort {
  record(experiment: string, records: readonly ExperimentRecord[]): Promise<unknown>;
}

interface Judgement {
  readonly attempt: string;
  readonly experiment: string;
  readonly person: string;
  readonly champion: boolean;
  readonly challenger: boolean;
  readonly champion_stranger: boolean | null;
  readonly challenger_stranger: boolean | null;
  readonly created_at: Date;
  /** Whether it was the person; null where nothing told within a day. */
  readonly genuine: boolean | null;
}

/**
 * Tells a shadow test what became of attempts, as soon as that is known from somewhere else than from what is tested: who was
 * let in was who they said; so was whoever was refused first and let in at the same visit, or of whom an operator or another
 * factor said so. What stays open for a day is left out: a near miss is no label.
 */
export class ShadowOutcomes {
  readonly #db: Kysely<ApplicationTables>;
  readonly #sealer: Sealer;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; sealer: Sealer; now: () => Date }) {
    this.#db = resources.db;
    this.#sealer = resources.sealer;
    this.#now = resources.now;
  }

  /** Tells what is known by now. After a crash in between it is told again, and counts once. */
  async tell(experiments: OutcomesPort): Promise<void> {
    const known = await this.#known();
    for (const experiment of new Set(known.map((one) => one.experiment))) {
      const own = known.filter((one) => one.experiment === experiment);
      const records = own.flatMap((one) => this.#recordOf(one) ?? []);
      try {
        if (records.length > 0) await experiments.record(experiment, records);
      } catch (error) {
        if (!(error instanceof UserError) || !endings.includes(error.code)) throw error;
      }
      const told = own.map(({ attempt }) => attempt);
      await this.#db.deleteFrom('shadow_judgements').where('attempt', 'in', told).execute();
    }
  }

  /** What is known, or will not be any more; what is open does not take its place. */
  async #known(): Promise<readonly Judgement[]> {
    const openSince = new Date(this.#now().getTime() - openHours * 60 * 60 * 1000);
    const { rows } = await sql<Judgement>`
      select * from (select j.attempt, j.experiment, j.person, j.champion, j.challenger,
             j.champion_stranger, j.challenger_stranger, j.created_at,
             case
               when a.feedback = 'impostor' and a.feedback_by <> 'self' then false
               when a.feedback = 'genuine' and a.feedback_by <> 'self' then true
               when a.decision = 'accept' then true
               when j.confirmed then true
             end as genuine
      from shadow_judgements j join attempts a on a.id = j.attempt) judged
      where genuine is not null or created_at < ${openSince}
      order by created_at, attempt
      limit ${atOnce}`.execute(this.#db);
    return rows;
  }

  /** Undefined where nothing can be said of it. */
  #recordOf(judgement: Judgement): ExperimentRecord | undefined {
    const { attempt, experiment, person, genuine, created_at } = judgement;
    const valuesOf = (arm: 'champion' | 'challenger') => {
      const stranger = judgement[`${arm}_stranger`];
      return {
        ...(genuine === true && { [refusals]: bit(!judgement[arm]) }),
        ...(stranger !== null && { [strangersLetIn]: bit(stranger) }),
      };
    };
    const [champion, challenger] = [valuesOf('champion'), valuesOf('challenger')];
    if (Object.keys(champion).length === 0) return undefined;
    return {
      ...{ request: attempt, at: created_at.toISOString(), champion, challenger },
      // A pseudonym of the experiment's own: what is kept of it leads to nobody without the key, and to no other experiment.
      key: this.#sealer.keyedHash(`experiment ${experiment} person ${person}`),
    };
  }
}

const endings = ['experiment_ended', 'unknown_experiment'];

function bit(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}
