import type { Kysely } from 'kysely';
import type { ApplicationTables } from '../tables.ts';
import type { AccessEventKind } from './tables.ts';

export interface AccessEvent {
  readonly kind: AccessEventKind;
  readonly person: string | null;
  readonly by: 'person' | 'operator' | 'anybody';
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

export interface RecordedEvent extends Required<AccessEvent> {
  readonly at: Date;
  readonly name: string | null;
}

const keptDays = 400;

/** Who changed or used which way in, for operators who have to find out later. Written in the transaction that does it. */
export class AccessLog {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<ApplicationTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  async record({ kind, person, by, details = {} }: AccessEvent, db = this.#db): Promise<void> {
    await db
      .insertInto('access_events')
      .values({ at: this.#now(), person, kind, by, details: JSON.stringify(details) })
      .execute();
  }

  /** Newest first. */
  async list(filter: { limit: number; person?: string | undefined }): Promise<RecordedEvent[]> {
    let query = this.#db
      .selectFrom('access_events')
      .leftJoin('people', 'people.id', 'access_events.person')
      .select(['at', 'person', 'kind', 'by', 'details', 'people.name'])
      .orderBy('access_events.id', 'desc')
      .limit(filter.limit);
    if (filter.person !== undefined) query = query.where('person', '=', filter.person);
    return query.execute();
  }

  async sweep(): Promise<void> {
    const before = new Date(this.#now().getTime() - keptDays * 86_400_000);
    await this.#db.deleteFrom('access_events').where('at', '<', before).execute();
  }
}
