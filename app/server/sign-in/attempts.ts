import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Recordings } from '../retention/recordings.ts';
import type { ApplicationTables, Decision, Outcome } from '../tables.ts';
import { independentOfRecordings, mayTeach, type Speaker } from './independence.ts';

export interface Attempt {
  readonly id: string;
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly decision: Decision;
  readonly reasons: readonly string[];
  readonly servedBy: { readonly model: string; readonly version: number; readonly release: string };
  readonly createdAt: Date;
  readonly latencyMs: number;
  readonly feedback: Outcome | null;
}

/** Past attempts, and what people said about them afterwards. */
export class Attempts {
  readonly #db: Kysely<ApplicationTables>;
  readonly #recordings: Recordings;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; recordings: Recordings; now: () => Date }) {
    this.#db = resources.db;
    this.#recordings = resources.recordings;
    this.#now = resources.now;
  }

  /** Newest first. */
  async list(filter: { limit: number; person?: string | undefined }): Promise<Attempt[]> {
    let query = this.#db
      .selectFrom('attempts')
      .leftJoin('people', 'people.id', 'attempts.person')
      .selectAll('attempts')
      .select('people.name')
      .orderBy('attempts.created_at', 'desc')
      .orderBy('attempts.id', 'desc')
      .limit(filter.limit);
    if (filter.person !== undefined) query = query.where('attempts.person', '=', filter.person);
    return (await query.execute()).map((row) => ({
      id: row.id,
      person: row.person !== null && row.name !== null ? { id: row.person, name: row.name } : null,
      decision: row.decision,
      reasons: row.reasons,
      servedBy: { model: row.model, version: row.version, release: row.release },
      createdAt: row.created_at,
      latencyMs: row.latency_ms,
      feedback: row.feedback,
    }));
  }

  /** Of people who are enrolled, over the last week; not what operators measured. */
  async perDay(): Promise<number> {
    const days = 7;
    const { count } = await this.#db
      .selectFrom('attempts')
      .select(sql<number>`count(*)::int`.as('count'))
      .where('person', 'is not', null)
      .where('measured', '=', false)
      .where('created_at', '>', new Date(this.#now().getTime() - days * 86_400_000))
      .executeTakeFirstOrThrow();
    return count / days;
  }

  /**
   * Genuine: the recordings of an accepted attempt become samples of the person, if an operator says so or the person in a
   * session that began with another factor. Impostor, said by one of these: they are erased. What a session says that face and
   * voice alone began is written down, and done when somebody else says it too. Saying the same twice is once. Returns how many
   * samples there are of it.
   */
  async feedback(id: string, outcome: Outcome, by: Speaker): Promise<{ samples: number }> {
    const at = this.#now();
    const samples = await this.#db.transaction().execute(async (trx) => {
      const attempt = await trx
        .selectFrom('attempts')
        .select(['person', 'decision', 'feedback', 'feedback_by', 'created_at'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!attempt) throw unknownAttempt();
      const own = attempt.person !== null && attempt.person === by.person;
      if (!own && !by.operator) throw notYours();
      const independent = independentOfRecordings(by);
      const settled = attempt.feedback !== null && attempt.feedback_by !== 'self';
      if (attempt.feedback && attempt.feedback !== outcome && (settled || !independent))
        throw feedbackGiven(attempt.feedback);
      if (!settled && (independent || attempt.feedback === null))
        await trx
          .updateTable('attempts')
          .set({
            feedback: outcome,
            feedback_by: by.operator ? 'operator' : independent ? 'factor' : 'self',
            feedback_at: at,
            ...(independent ? { recordings_until: null } : {}),
          })
          .where('id', '=', id)
          .execute();
      if (!independent) return 0;
      if (outcome === 'genuine' && mayTeach(attempt, by)) await keepAsSamples(trx, { id, ...attempt });
      if (outcome === 'impostor') await this.#unlearn(trx, id);
      await this.#recordings.dropOfAttempts(trx, [id]);
      const became = await trx.selectFrom('samples').select('id').where('attempt', '=', id).execute();
      return became.length;
    });
    await this.#recordings.erase();
    return { samples };
  }

  /** What an earlier confirmation made of it. */
  async #unlearn(trx: Transaction<ApplicationTables>, attempt: string): Promise<void> {
    const samples = await trx
      .deleteFrom('samples')
      .where('attempt', '=', attempt)
      .where('source', '=', 'attempt')
      .returning('digest')
      .execute();
    await this.#recordings.markForErasure(
      trx,
      samples.map(({ digest }) => digest),
    );
  }
}

async function keepAsSamples(
  trx: Transaction<ApplicationTables>,
  attempt: { id: string; person: string | null; created_at: Date },
): Promise<void> {
  const { id, person } = attempt;
  if (person === null) return;
  const { consent } = await trx
    .selectFrom('people')
    .select('consent')
    .where('id', '=', person)
    .executeTakeFirstOrThrow();
  const recordings = await trx
    .selectFrom('attempt_recordings')
    .selectAll()
    .where('attempt', '=', id)
    .orderBy('position')
    .execute();
  for (const recording of recordings) {
    await trx
      .insertInto('samples')
      .values({
        id: randomUUID(),
        person,
        modality: recording.modality,
        digest: recording.digest,
        bytes: recording.bytes,
        media_type: recording.media_type,
        quality: JSON.stringify(recording.quality),
        captured_at: attempt.created_at,
        source: 'attempt',
        attempt: id,
        consent,
        position: recording.position,
        prompt: recording.prompt,
      })
      .onConflict((conflict) => conflict.columns(['person', 'digest']).doNothing())
      .execute();
  }
}

function unknownAttempt(): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_attempt',
    message: 'there is no such attempt',
    action: 'Use the id that the sign-in answered.',
  });
}

function notYours(): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'not_your_attempt',
    message: 'only the person who signed in, or an operator, may say this',
    action: 'Sign in as this person or as an operator.',
  });
}

function feedbackGiven(outcome: Outcome): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'feedback_given',
    message: `this attempt was confirmed as ${outcome} already`,
    action: 'Leave it as it is; its recordings have been dealt with.',
  });
}
