import { createHmac } from 'node:crypto';
import { type AuditEntry, AuditEvent, type AuditHead, ChainCheck, chained } from '@visavox/core/audit';
import { sameSecret } from '@visavox/core/token';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { PlatformTables } from './tables.ts';

export interface AuditQuery {
  readonly by?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly outcome?: AuditEvent['outcome'] | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export interface AuditVerdict {
  readonly intact: boolean;
  readonly entries: number;
  readonly head: AuditHead;
  readonly faults: ChainCheck['faults'];
}

const atOnce = 1000;
const none: AuditHead = { position: 0, digest: null };

/**
 * Who did what, each entry chained to the one before by its digest. Where the chain ends is sealed with a key that is not in
 * the database: whoever can only write to that neither adds an entry nor takes the last ones away unseen.
 */
export class SqlAuditLog {
  readonly #db: Kysely<PlatformTables>;
  readonly #key: Uint8Array;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<PlatformTables>; key: Uint8Array; now?: () => Date }) {
    this.#db = resources.db;
    this.#key = resources.key;
    this.#now = resources.now ?? (() => new Date());
  }

  /** `within`: the transaction that does what is recorded. Others wait for its end, whose entries come after it. */
  append(event: AuditEvent, within?: Transaction<PlatformTables>): Promise<AuditEntry> {
    const add = (transaction: Transaction<PlatformTables>) => this.#add(event, transaction);
    return within ? add(within) : this.#db.transaction().execute(add);
  }

  async #add(event: AuditEvent, transaction: Transaction<PlatformTables>): Promise<AuditEntry> {
    await transaction
      .insertInto('audit_head')
      .values({ id: 1, ...none, seal: this.#seal(none) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const before = await transaction
      .selectFrom('audit_head')
      .select(['position', 'digest'])
      .forUpdate()
      .executeTakeFirstOrThrow();
    const head = headOf(before);
    const entry = chained(AuditEvent.parse(event), this.#now().toISOString(), head);
    await transaction
      .insertInto('audit_log')
      .values({ ...entry, at: new Date(entry.at) })
      .execute();
    const { position, digest } = entry;
    await transaction
      .updateTable('audit_head')
      .set({ position, digest, seal: this.#seal({ position, digest }) })
      .execute();
    return entry;
  }

  /** Newest first. */
  async page(
    query: AuditQuery,
    { start, limit }: { start: number; limit: number },
  ): Promise<{ entries: readonly AuditEntry[]; total: number }> {
    const { total } = await this.#found(query)
      .select(({ fn }) => fn.countAll<string>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await this.#found(query)
      .selectAll()
      .orderBy('position', 'desc')
      .offset(start)
      .limit(limit)
      .execute();
    return { entries: rows.map(entryOf), total: Number(total) };
  }

  /** Oldest first, however many there are. */
  async *read(query: AuditQuery = {}): AsyncGenerator<AuditEntry, void> {
    for (let after = 0; ; ) {
      const rows = await this.#found(query)
        .selectAll()
        .where('position', '>', after)
        .orderBy('position')
        .limit(atOnce)
        .execute();
      yield* rows.map(entryOf);
      const last = rows.at(-1);
      if (last === undefined || rows.length < atOnce) return;
      after = Number(last.position);
    }
  }

  /** `known`: a head that was noted before, elsewhere. */
  async verify(known?: AuditHead): Promise<AuditVerdict> {
    const before = await this.#sealedHead();
    const check = new ChainCheck([before.head, ...(known ? [known] : [])]);
    for await (const entry of this.read()) check.add(entry);
    check.end();
    // What was added meanwhile is sealed by now.
    const after = check.head.position > before.head.position ? await this.#sealedHead() : before;
    if (check.head.position > after.head.position) check.fault(after.head.position + 1, 'unsealed');
    for (const { head, good } of new Set([before, after]))
      if (!good) check.fault(head.position, 'seal_broken');
    const { faults, entries, head } = check;
    return { intact: faults.length === 0, entries, head, faults };
  }

  async #sealedHead(): Promise<{ head: AuditHead; good: boolean }> {
    const stored = await this.#db.selectFrom('audit_head').selectAll().executeTakeFirst();
    if (stored === undefined) return { head: none, good: true };
    const head = headOf(stored);
    return { head, good: sameSecret(stored.seal, this.#seal(head)) };
  }

  #found({ by, action, target, outcome, since, until }: AuditQuery) {
    let query = this.#db.selectFrom('audit_log');
    if (by !== undefined) query = query.where('by', '=', by);
    if (action !== undefined) query = query.where('action', 'like', `${escaped(action)}%`);
    if (target !== undefined) query = query.where('target', 'like', `${escaped(target)}%`);
    if (outcome !== undefined) query = query.where('outcome', '=', outcome);
    if (since !== undefined) query = query.where('at', '>=', new Date(since));
    if (until !== undefined) query = query.where('at', '<', new Date(until));
    return query;
  }

  #seal({ position, digest }: AuditHead): string {
    return createHmac('sha256', this.#key).update(`visavox audit head\n${position}\n${digest}`).digest('hex');
  }
}

function entryOf(row: Selectable<PlatformTables['audit_log']>): AuditEntry {
  // What somebody has tampered with is to be shown, not refused.
  return { ...row, position: Number(row.position), at: row.at.toISOString() } as AuditEntry;
}

function headOf({ position, digest }: { position: number; digest: string | null }): AuditHead {
  return { position: Number(position), digest: digest as AuditHead['digest'] };
}

function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
