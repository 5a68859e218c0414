import { randomInt, randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Turn } from '@visavox/recognition/signals/head';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { ApplicationTables } from '../tables.ts';
import type { ClaimedName } from './claimed-name.ts';
import { isSameVisitor, type Visitor } from './visitor.ts';

const lifetimeSeconds = 120;
/** For so long after its end a challenge is told to be expired or used, not unknown. */
const memory = 24 * 3_600_000;
/** Unanswered ones that one visitor may have for one name: who asks for more is looking for digits that suit. */
const openForOne = 3;
/** Unanswered ones that a network may have, which may be an office; and those for one name that strangers may have. */
const openForNetwork = 60;
const openForName = 30;
/** Never answered, by one visitor for one name within ten minutes. */
const abandonedForOne = 12;
const abandonedWindow = 10 * 60_000;

export interface Challenge {
  readonly id: string;
  readonly digits: string;
  /** Where to turn the head before speaking; null for who cannot. */
  readonly turn: Turn | null;
  readonly expiresAt: Date;
}

/** Who will answer. */
export interface Answerer {
  /** Of whoever has it, or of nobody. */
  readonly name: ClaimedName;
  readonly visitor: Visitor;
  /** Whose limits do not apply: an operator's program, or the person's own device. */
  readonly unlimited: boolean;
}

const digitsWithTurn = 4;
/** What a turn of the head would have told, more digits tell as well. */
const digitsWithoutTurn = 6;

/** Digits to be spoken, good for one attempt on one name by one visitor that begins within two minutes. */
export class Challenges {
  readonly #db: Kysely<ApplicationTables>;
  readonly #now: () => Date;
  readonly #below: (limit: number) => number;

  /** `below`: a random number from 0 up to the limit, which is left out. */
  constructor(resources: {
    db: Kysely<ApplicationTables>;
    now: () => Date;
    below?: (limit: number) => number;
  }) {
    this.#db = resources.db;
    this.#now = resources.now;
    this.#below = resources.below ?? randomInt;
  }

  /**
   * `withTurn`: whether the person can turn the head. Digits of the last answers on this name do not come again: whoever says
   * the same digits much alike each time would seem to play an earlier answer back, and a playback would say the right ones.
   */
  async create({ withTurn, ...answerer }: Answerer & { withTurn: boolean }): Promise<Challenge> {
    if (!answerer.unlimited) await this.#requireFew(answerer);
    const length = withTurn ? digitsWithTurn : digitsWithoutTurn;
    const said = await this.#lastSaid(answerer.name);
    const draw = () => String(this.#below(10 ** length)).padStart(length, '0');
    let digits = draw();
    while (said.some((earlier) => nearlyEqual(earlier, digits))) digits = draw();
    const createdAt = this.#now();
    const challenge = {
      id: randomUUID(),
      digits,
      turn: withTurn ? (this.#below(2) === 0 ? ('left' as const) : ('right' as const)) : null,
      name: answerer.name.hash,
      network: answerer.visitor.network,
      visit: answerer.visitor.visit,
      created_at: createdAt,
      expires_at: new Date(createdAt.getTime() + lifetimeSeconds * 1000),
      used_at: null,
    };
    await this.#db.insertInto('challenges').values(challenge).execute();
    return toChallenge(challenge);
  }

  /** Refuses early, before any work; `claim` decides. One that was given to somebody else, or for another name, was never given. */
  async check(id: string, { name, visitor }: Omit<Answerer, 'unlimited'>, at: Date): Promise<Challenge> {
    const row = await this.#db.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row || !isSameVisitor(visitor, row) || row.name !== name.hash)
      throw fault('challenge_unknown', 'not-found', 'this challenge was not given for this name here');
    if (row.used_at) throw used();
    if (row.expires_at <= at) throw fault('challenge_expired', 'gone', 'this challenge is too old');
    return toChallenge(row);
  }

  /** Uses it up in the attempt's own transaction: one challenge, one attempt. */
  async claim(trx: Transaction<ApplicationTables>, id: string, at: Date): Promise<void> {
    const claimed = await trx
      .updateTable('challenges')
      .set({ used_at: at })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .where('expires_at', '>', at)
      .returning('id')
      .executeTakeFirst();
    if (!claimed) throw used();
  }

  async sweep(): Promise<void> {
    const before = new Date(this.#now().getTime() - memory);
    await this.#db.deleteFrom('challenges').where('expires_at', '<', before).execute();
  }

  async #requireFew({ name, visitor }: Answerer): Promise<void> {
    const at = this.#now();
    const { network, visit } = visitor;
    const unanswered = sql`used_at is null`;
    const open = sql`${unanswered} and expires_at > ${at}`;
    const mine = sql`name = ${name.hash} and (network = ${network} or visit = ${visit})`;
    const since = new Date(at.getTime() - abandonedWindow);
    const count = (condition: ReturnType<typeof sql>) =>
      sql<number>`count(*) filter (where ${condition})::int`;
    const counts = await this.#db
      .selectFrom('challenges')
      .select([
        count(sql`${open} and ${mine}`).as('mine'),
        count(sql`${open} and network = ${network}`).as('network'),
        count(sql`${open} and name = ${name.hash}`).as('name'),
        count(sql`${unanswered} and ${mine}`).as('abandoned'),
        sql<Date | null>`min(expires_at) filter (where ${open})`.as('first'),
      ])
      .where('created_at', '>', since)
      .where(({ or, eb }) => or([eb('name', '=', name.hash), eb('network', '=', network)]))
      .executeTakeFirstOrThrow();
    const tooMany =
      counts.mine >= openForOne ||
      counts.network >= openForNetwork ||
      counts.name >= openForName ||
      counts.abandoned >= abandonedForOne;
    if (!tooMany) return;
    const free = counts.first ? new Date(counts.first).getTime() - at.getTime() : lifetimeSeconds * 1000;
    const retryAfterSeconds = Math.max(1, Math.ceil(free / 1000));
    throw new UserError({
      kind: 'too-many',
      code: 'too_many_challenges',
      message: 'too many challenges are waiting to be answered',
      action: `Answer one of them, or wait ${retryAfterSeconds} seconds.`,
      details: { retryAfterSeconds },
    });
  }

  /** In the answers that are remembered of a person, fifty at most; nothing of whom nobody knows. */
  async #lastSaid({ key }: ClaimedName): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('answers')
      .innerJoin('people', 'people.id', 'answers.person')
      .select('answers.digits')
      .where('people.name_key', '=', key)
      .where('people.state', '=', 'active')
      .execute();
    return rows.flatMap(({ digits }) => digits ?? []);
  }
}

/** But for one digit at most. */
function nearlyEqual(a: string, b: string): boolean {
  return a.length === b.length && [...a].filter((digit, at) => digit !== b[at]).length <= 1;
}

function toChallenge(row: { id: string; digits: string; turn: Turn | null; expires_at: Date }): Challenge {
  return { id: row.id, digits: row.digits, turn: row.turn, expiresAt: row.expires_at };
}

function used(): UserError {
  return fault('challenge_used', 'conflict', 'this challenge was used already');
}

function fault(code: string, kind: 'not-found' | 'gone' | 'conflict', message: string): UserError {
  return new UserError({ kind, code, message, action: 'Ask for a new challenge and say its digits.' });
}
