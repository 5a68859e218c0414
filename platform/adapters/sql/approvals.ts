import { randomUUID } from 'node:crypto';
import type { Approval } from '@visavox/core/approval';
import { UserError } from '@visavox/core/errors';
import type { Release } from '@visavox/core/release';
import type { Kysely, Selectable } from 'kysely';
import type { PlatformTables } from './tables.ts';

const undecided = ['open', 'approving'] as const;
/** Bringing a model up on a cluster takes its time. */
const abandonedMs = 15 * 60_000;

interface Decision {
  readonly by: string;
  readonly decision: string | null;
}

/** Promotions that a second person has to agree to. */
export class SqlApprovals {
  readonly #db: Kysely<PlatformTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<PlatformTables>; now?: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now ?? (() => new Date());
  }

  /** The one that is there where somebody has asked before. */
  async ask(
    of: Release,
    { by, reason, champion }: { by: string; reason: string | null; champion: string | null },
  ): Promise<{ approval: Approval; isNew: boolean }> {
    const { id: release, environment, model, version, bundle } = of;
    const row = await this.#db
      .insertInto('approvals')
      .values({
        ...{ id: randomUUID(), release, environment, model, version, bundle, champion },
        ...{ state: 'open' as const, asked_by: by, asked_at: this.#now(), reason },
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) return { approval: approvalOf(row), isNew: true };
    const there = await this.#db
      .selectFrom('approvals')
      .selectAll()
      .where('release', '=', release)
      .where('state', 'in', undecided)
      .executeTakeFirst();
    // Decided between the two: whoever asks may ask again.
    if (!there) return this.ask(of, { by, reason, champion });
    return { approval: approvalOf(there), isNew: false };
  }

  /** Those that wait first, then the newest. */
  async list({
    open = false,
    limit = 100,
  }: {
    open?: boolean;
    limit?: number;
  } = {}): Promise<readonly Approval[]> {
    let query = this.#db.selectFrom('approvals').selectAll();
    if (open) query = query.where('state', 'in', undecided);
    const rows = await query.orderBy('asked_at', 'desc').limit(limit).execute();
    return rows.map(approvalOf);
  }

  async get(id: string): Promise<Approval> {
    const row = await this.#db.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst();
    if (row) return approvalOf(row);
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_approval',
      message: `nobody has asked for an approval ${id}`,
      action: 'List what waits for one: visavox releases approvals',
    });
  }

  /**
   * Takes it in hand to make the release champion. One that somebody took in hand long ago may be taken again: they died
   * before they were done.
   */
  async claim(id: string, { by, decision }: Decision): Promise<Approval> {
    const at = this.#now();
    const row = await this.#db
      .updateTable('approvals')
      .set({ state: 'approving', decided_by: by, decided_at: at, decision })
      .where('id', '=', id)
      .where(({ or, and, eb }) =>
        or([
          eb('state', '=', 'open'),
          and([eb('state', '=', 'approving'), eb('decided_at', '<', new Date(at.getTime() - abandonedMs))]),
        ]),
      )
      .returningAll()
      .executeTakeFirst();
    if (row) return approvalOf(row);
    throw decidedAlready(await this.get(id));
  }

  /** The claimed one was made champion. */
  async approved(id: string): Promise<Approval> {
    await this.#db
      .updateTable('approvals')
      .set({ state: 'approved' })
      .where('id', '=', id)
      .where('state', '=', 'approving')
      .execute();
    return this.get(id);
  }

  /** Ends one that waits; throws where somebody else was quicker. */
  async end(id: string, state: 'rejected' | 'overtaken', { by, decision }: Decision): Promise<Approval> {
    const row = await this.#db
      .updateTable('approvals')
      .set({ state, decided_by: by, decided_at: this.#now(), decision })
      .where('id', '=', id)
      .where('state', '=', 'open')
      .returningAll()
      .executeTakeFirst();
    if (row) return approvalOf(row);
    throw decidedAlready(await this.get(id));
  }

  /** It could not be made champion: it waits again. */
  async reopen(id: string): Promise<void> {
    await this.#db
      .updateTable('approvals')
      .set({ state: 'open', decided_by: null, decided_at: null, decision: null })
      .where('id', '=', id)
      .where('state', '=', 'approving')
      .execute();
  }
}

export function decidedAlready({ id, state, decidedBy, decision }: Approval): UserError {
  const why = decision === null ? '' : `: ${decision}`;
  const what = state === 'approving' ? 'is being approved' : `was ${state} already`;
  return new UserError({
    kind: 'conflict',
    code: 'approval_decided',
    message: `request ${id} ${what}${decidedBy === null ? '' : `, by ${decidedBy}`}${why}`,
    action: 'Look at what serves: visavox releases status. Promote again to ask anew.',
  });
}

function approvalOf(row: Selectable<PlatformTables['approvals']>): Approval {
  const { asked_by, asked_at, decided_by, decided_at, ...rest } = row;
  return {
    ...rest,
    ...{ askedBy: asked_by, askedAt: asked_at.toISOString(), decidedBy: decided_by },
    decidedAt: decided_at?.toISOString() ?? null,
  };
}
