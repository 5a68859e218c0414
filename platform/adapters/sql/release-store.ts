import { UserError } from '@visavox/core/errors';
import type { ReleaseStore } from '@visavox/core/ports';
import type { Release, ReleaseEvent, ReleaseStage } from '@visavox/core/release';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { PlatformTables } from './tables.ts';

export class SqlReleaseStore implements ReleaseStore {
  readonly #db: Kysely<PlatformTables>;
  readonly #now: () => Date;

  constructor(db: Kysely<PlatformTables>, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#now = now;
  }

  async create(release: Release): Promise<void> {
    const { createdAt, promotedAt, ...row } = release;
    const { id, stage, reason, by } = release;
    await this.#db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('releases')
        .values({
          ...row,
          created_at: new Date(createdAt),
          promoted_at: promotedAt === null ? null : new Date(promotedAt),
        })
        .execute();
      await this.#note(transaction, { release: id, stage, reason, by });
    });
  }

  async setStage(id: string, stage: Exclude<ReleaseStage, 'champion'>, reason: string): Promise<void> {
    const changed = await this.#db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('releases')
        .set({ stage, reason })
        .where('id', '=', id)
        .where('stage', '!=', 'champion')
        .executeTakeFirst();
      if (numUpdatedRows > 0n) await this.#note(transaction, { release: id, stage, reason });
      return numUpdatedRows > 0n;
    });
    if (changed) return;
    const known = await this.#db.selectFrom('releases').where('id', '=', id).select('id').executeTakeFirst();
    throw known ? releaseServes(id) : unknownRelease(id);
  }

  async promote(id: string, reason: string, by?: string): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      // Two promotions of one model would lock each other's champions; they wait here instead.
      await sql`select pg_advisory_xact_lock(hashtext('visavox promote'))`.execute(transaction);
      const release = await transaction
        .selectFrom('releases')
        .where('id', '=', id)
        .forUpdate()
        .select(['stage', 'environment', 'model', 'version'])
        .executeTakeFirst();
      if (!release) throw unknownRelease(id);
      if (release.stage === 'champion') return;
      if (release.stage === 'held-back') throw heldBack(id);
      const before = await transaction
        .updateTable('releases')
        .set({ stage: 'retired' })
        .where('environment', '=', release.environment)
        .where('model', '=', release.model)
        .where('stage', '=', 'champion')
        .returning('id')
        .execute();
      const followed = `followed by version ${release.version}: ${reason}`;
      for (const one of before)
        await this.#note(transaction, { release: one.id, stage: 'retired', reason: followed, by });
      await transaction
        .updateTable('releases')
        .set({ stage: 'champion', reason, by: by ?? null, promoted_at: this.#now() })
        .where('id', '=', id)
        .execute();
      await this.#note(transaction, { release: id, stage: 'champion', reason, by });
    });
  }

  async champion(environment: string, model: string): Promise<Release | undefined> {
    const row = await this.#db
      .selectFrom('releases')
      .where('environment', '=', environment)
      .where('model', '=', model)
      .where('stage', '=', 'champion')
      .selectAll()
      .executeTakeFirst();
    return row && releaseOf(row);
  }

  /** Newest first. */
  async list(environment: string, model?: string): Promise<readonly Release[]> {
    let query = this.#db
      .selectFrom('releases')
      .where('environment', '=', environment)
      .orderBy('position', 'desc')
      .selectAll();
    if (model !== undefined) query = query.where('model', '=', model);
    return (await query.execute()).map(releaseOf);
  }

  async history(environment: string, model: string, limit: number): Promise<readonly ReleaseEvent[]> {
    const rows = await this.#db
      .selectFrom('release_events as event')
      .innerJoin('releases', 'releases.id', 'event.release')
      .where('environment', '=', environment)
      .where('model', '=', model)
      .orderBy('event.position', 'desc')
      .limit(limit)
      .select(['event.release', 'event.at', 'event.stage', 'event.reason', 'event.by'])
      .select(['environment', 'model', 'version'])
      .execute();
    return rows.map(({ at, by, ...event }) => ({
      ...event,
      at: at.toISOString(),
      ...(by !== null && { by }),
    }));
  }

  /** In the transaction that changes the release, so that neither is there without the other. */
  async #note(
    transaction: Transaction<PlatformTables>,
    { by, ...event }: Pick<ReleaseEvent, 'release' | 'stage' | 'reason'> & { by?: string | undefined },
  ): Promise<void> {
    await transaction
      .insertInto('release_events')
      .values({ ...event, by: by ?? null, at: this.#now() })
      .execute();
  }
}

function releaseOf(row: Selectable<PlatformTables['releases']>): Release {
  const { created_at, promoted_at, position: _, by, settings, ...release } = row;
  return {
    ...release,
    ...(by !== null && { by }),
    ...(settings !== null && { settings }),
    createdAt: created_at.toISOString(),
    promotedAt: promoted_at?.toISOString() ?? null,
  };
}

function unknownRelease(id: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'unknown_release',
    message: `there is no release ${id}`,
    action: 'List the releases to see their ids.',
  });
}

function releaseServes(id: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'release_serves',
    message: `release ${id} is the champion`,
    action: 'Promote another release first, or roll back.',
  });
}

function heldBack(id: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'release_held_back',
    message: `release ${id} was held back and cannot be promoted`,
    action: 'Look at its reason, and propose its model version again if it should serve all the same.',
  });
}
