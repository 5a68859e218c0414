import { randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Kysely } from 'kysely';
import type { Recordings } from '../retention/recordings.ts';
import type { ApplicationTables, Decision, Outcome } from '../tables.ts';

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

  async latest(): Promise<string | undefined> {
    return (await this.list({ limit: 1 }))[0]?.id;
  }

  /**
   * Genuine: the recordings become samples of the person. Impostor: they are erased. Saying the same twice is
   * once. Answers how many samples there are of it.
   */
  async feedback(
    id: string,
    outcome: Outcome,
    by: { person: string | null; operator: boolean },
  ): Promise<{ samples: number }> {
    const at = this.#now();
    const samples = await this.#db.transaction().execute(async (trx) => {
      const attempt = await trx
        .selectFrom('attempts')
        .select(['person', 'feedback', 'created_at'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst();
      if (!attempt) throw unknownAttempt();
      const own = attempt.person !== null && attempt.person === by.person;
      if (!own && !by.operator) throw notYours();
      if (attempt.feedback && attempt.feedback !== outcome) throw feedbackGiven(attempt.feedback);
      await trx
        .updateTable('attempts')
        .set({
          feedback: outcome,
          feedback_by: own ? 'self' : 'operator',
          feedback_at: at,
          recordings_until: null,
        })
        .where('id', '=', id)
        .where('feedback', 'is', null)
        .execute();
      if (outcome === 'impostor' || !attempt.person) {
        await this.#recordings.dropOfAttempts(trx, [id]);
        return 0;
      }
      const { consent } = await trx
        .selectFrom('people')
        .select('consent')
        .where('id', '=', attempt.person)
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
            person: attempt.person,
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
      await this.#recordings.dropOfAttempts(trx, [id]);
      const became = await trx.selectFrom('samples').select('id').where('attempt', '=', id).execute();
      return became.length;
    });
    await this.#recordings.erase();
    return { samples };
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
