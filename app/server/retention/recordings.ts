import { randomUUID } from 'node:crypto';
import { Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { deleteBlob, getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { Modality } from '@visavox/recognition/bundle-parts';
import type { FeatureCache } from '@visavox/recognition/feature-cache';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ApplicationTables } from '../tables.ts';

/** Longer than storing takes with every retry of a slow object store. */
const abandonedAfterMinutes = 15;

/** Bytes as a device recorded them. */
export interface Recording {
  readonly modality: Modality;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface StoredRecording {
  readonly modality: Modality;
  readonly digest: Digest;
  readonly bytes: number;
  readonly mediaType: string;
}

/** Recordings whose blobs are written; whoever refers to them calls `settle` in the same transaction. */
export interface StoredBatch {
  readonly id: string;
  readonly recordings: readonly StoredRecording[];
}

/**
 * Recordings as encrypted blobs. The object store and the database cannot change in one transaction, so an
 * intent is written before the blobs, and an erasure before a blob goes: whatever dies in between, `sweep`
 * finishes it, and a recording that something still refers to is never erased.
 */
export class Recordings {
  readonly #db: Kysely<ApplicationTables>;
  readonly #objects: ObjectStore;
  readonly #cache: FeatureCache;

  constructor(resources: { db: Kysely<ApplicationTables>; objects: ObjectStore; cache: FeatureCache }) {
    this.#db = resources.db;
    this.#objects = resources.objects;
    this.#cache = resources.cache;
  }

  /** Writes the blobs, then what `work` does in one transaction; when that fails, the blobs go again. */
  async store<T>(
    recordings: readonly Recording[],
    work: (trx: Transaction<ApplicationTables>, stored: readonly StoredRecording[]) => Promise<T>,
  ): Promise<T> {
    const batch = randomUUID();
    const stored = recordings.map(({ modality, bytes, mediaType }) => ({
      modality,
      digest: digestOf(bytes),
      bytes: bytes.byteLength,
      mediaType,
    }));
    const digests = [...new Set(stored.map((recording) => recording.digest))];
    await this.#announce(batch, digests);
    try {
      await Promise.all(recordings.map((recording) => putBlob(this.#objects, recording.bytes)));
      return await this.#db.transaction().execute(async (trx) => {
        const result = await work(trx, stored);
        const kept = await trx.deleteFrom('recording_intents').where('batch', '=', batch).executeTakeFirst();
        if (Number(kept.numDeletedRows) !== digests.length) throw tookTooLong();
        return result;
      });
    } catch (error) {
      await this.#abandon(batch, digests);
      // A store that is away would keep everyone else waiting here; the next sweep erases what may be there.
      if (!isStoreAway(error)) await this.erase();
      throw error;
    }
  }

  read(digest: Digest): Promise<Uint8Array> {
    return getBlob(this.#objects, digest);
  }

  /** Inside the transaction that drops the last reference; `erase` then does it. */
  async markForErasure(trx: Transaction<ApplicationTables>, digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await trx
      .insertInto('recording_erasures')
      .values([...new Set(digests)].map((digest) => ({ digest })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** Erases every marked recording that nothing refers to any more, and all that was derived from it. */
  async erase(): Promise<{ erased: number }> {
    let erased = 0;
    for (;;) {
      const marked = await this.#db.selectFrom('recording_erasures').select('digest').limit(200).execute();
      if (marked.length === 0) return { erased };
      for (const { digest } of marked)
        erased += (await this.#eraseUnreferenced(Digest.parse(digest))) ? 1 : 0;
    }
  }

  /**
   * Finishes what was interrupted: intents that are older than any request lives. A process that has the database to
   * itself gives zero when it starts, since nothing is under way then.
   */
  async recover(quietMinutes = abandonedAfterMinutes): Promise<void> {
    await this.#exclusively(async (trx) => {
      const abandoned = await trx
        .deleteFrom('recording_intents')
        .where('created_at', '<=', sql<Date>`now() - ${quietMinutes} * interval '1 minute'`)
        .returning('digest')
        .execute();
      await this.markForErasure(
        trx,
        abandoned.map((intent) => intent.digest),
      );
    });
    await this.erase();
  }

  /** Gives up the recordings of attempts that nobody confirmed in time. */
  async expire(now: Date): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      const expired = await trx
        .updateTable('attempts')
        .set({ recordings_until: null })
        .where('recordings_until', '<=', now)
        .returning('id')
        .execute();
      await this.dropOfAttempts(
        trx,
        expired.map((attempt) => attempt.id),
      );
    });
    await this.erase();
  }

  /** Erases what an attempt brought, of which nobody has any further use. */
  async discardAttempt(id: string): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      await trx.updateTable('attempts').set({ recordings_until: null }).where('id', '=', id).execute();
      await this.dropOfAttempts(trx, [id]);
    });
    // The next sweep erases what a store that is away keeps for now.
    await this.erase().catch((error: unknown) => {
      if (!isStoreAway(error)) throw error;
    });
  }

  /** Takes the recordings away from these attempts. */
  async dropOfAttempts(trx: Transaction<ApplicationTables>, attempts: readonly string[]): Promise<void> {
    for (let start = 0; start < attempts.length; start += 500) {
      const dropped = await trx
        .deleteFrom('attempt_recordings')
        .where('attempt', 'in', attempts.slice(start, start + 500))
        .returning('digest')
        .execute();
      await this.markForErasure(
        trx,
        dropped.map((recording) => recording.digest),
      );
    }
  }

  async #abandon(batch: string, digests: readonly string[]): Promise<void> {
    await this.#exclusively(async (trx) => {
      await trx.deleteFrom('recording_intents').where('batch', '=', batch).execute();
      await this.markForErasure(trx, digests);
    });
  }

  /** Under the same lock as an erasure, in one statement: a sign-in waits for it. */
  async #announce(batch: string, digests: readonly Digest[]): Promise<void> {
    await sql`insert into recording_intents (batch, digest)
      select ${batch}, digest
      from (select ${lock}) as locked, unnest(${digests}::text[]) as digest`.execute(this.#db);
  }

  #eraseUnreferenced(digest: Digest): Promise<boolean> {
    return this.#exclusively(async (trx) => {
      const { rows } = await sql<{ referenced: boolean }>`select
          exists (select 1 from samples where digest = ${digest})
          or exists (select 1 from attempt_recordings where digest = ${digest})
          or exists (select 1 from recording_intents where digest = ${digest}) as referenced`.execute(trx);
      const referenced = rows[0]?.referenced ?? false;
      if (!referenced) {
        await this.#cache.forget(digest);
        await deleteBlob(this.#objects, digest);
      }
      await trx.deleteFrom('recording_erasures').where('digest', '=', digest).execute();
      return !referenced;
    });
  }

  /** An intent cannot appear between the look for references and the erasure. */
  #exclusively<T>(work: (trx: Transaction<ApplicationTables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (trx) => {
      await sql`select ${lock}`.execute(trx);
      return work(trx);
    });
  }
}

const lock = sql`pg_advisory_xact_lock(hashtext('visavox recordings'))`;

function isStoreAway(error: unknown): boolean {
  return error instanceof UserError && error.kind === 'unavailable' && error.code.startsWith('object_store');
}

function tookTooLong(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'storing_interrupted',
    message: 'the recordings took too long to be stored',
    action: 'Try again.',
  });
}

/** The recordings of one request, all different. */
export function requireDistinct(recordings: readonly Recording[]): void {
  const digests = recordings.map((recording) => digestOf(recording.bytes));
  const repeated = digests.findIndex((digest, index) => digests.indexOf(digest) !== index);
  const recording = recordings[repeated];
  if (!recording) return;
  throw new UserError({
    kind: 'invalid',
    code: 'recording_repeated',
    message: `the same ${recording.modality} recording was given twice`,
    action: 'Record each one anew.',
    details: { modality: recording.modality },
  });
}

export function requireRecordings(
  recordings: readonly Recording[],
  modality: Modality,
  { least, most }: { least: number; most: number },
): void {
  const count = recordings.filter((recording) => recording.modality === modality).length;
  if (count >= least && count <= most) return;
  const few = count < least;
  const wanted = least === most ? `${least}` : `${least} to ${most}`;
  throw new UserError({
    kind: 'invalid',
    code: few ? `${modality}s_missing` : `too_many_${modality}s`,
    message: `${wanted} ${modality} recordings are needed. Received: ${count}`,
    action: `Send ${wanted} parts named "${modality}".`,
    details: { modality, count },
  });
}
