import { randomInt, randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Turn } from '@visavox/recognition/signals/head';
import type { Kysely, Transaction } from 'kysely';
import { personName } from '../enrolment/person-name.ts';
import type { ApplicationTables } from '../tables.ts';

const lifetime = 2 * 60_000;
/** For so long after its end a challenge is told to be expired or used, not unknown. */
const memory = 24 * 3_600_000;

export interface Challenge {
  readonly id: string;
  readonly digits: string;
  /** Where to turn the head before speaking; null for who cannot. */
  readonly turn: Turn | null;
  readonly expiresAt: Date;
}

const digitsWithTurn = 4;
/** What a turn of the head would have told, more digits tell as well. */
const digitsWithoutTurn = 6;

/** Digits to be spoken, good for one attempt that begins within two minutes. */
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
   * `withTurn`: whether the person can turn the head. `name`: who will answer, if that is known; whoever says the same
   * digits much alike each time would else seem to play an earlier answer back, and a playback would say the right ones.
   */
  async create({ withTurn, name }: { withTurn: boolean; name?: string | undefined }): Promise<Challenge> {
    const length = withTurn ? digitsWithTurn : digitsWithoutTurn;
    const said = name === undefined ? [] : await this.#lastSaid(name);
    const draw = () => String(this.#below(10 ** length)).padStart(length, '0');
    let digits = draw();
    while (said.some((earlier) => nearlyEqual(earlier, digits))) digits = draw();
    const challenge = {
      id: randomUUID(),
      digits,
      turn: withTurn ? (randomInt(2) === 0 ? ('left' as const) : ('right' as const)) : null,
      expires_at: new Date(this.#now().getTime() + lifetime),
      used_at: null,
    };
    await this.#db.insertInto('challenges').values(challenge).execute();
    return toChallenge(challenge);
  }

  /** Refuses early, before any work; `claim` decides. */
  async check(id: string, at: Date): Promise<Challenge> {
    const row = await this.#db.selectFrom('challenges').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) throw fault('challenge_unknown', 'not-found', 'this challenge was never given');
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

  /** In the answers that are remembered of a person, fifty at most; nothing of whom nobody knows. */
  async #lastSaid(name: string): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('answers')
      .innerJoin('people', 'people.id', 'answers.person')
      .select('answers.digits')
      .where('people.name_key', '=', personName(name).key)
      .execute();
    return rows.flatMap(({ digits }) => digits ?? []);
  }

  async sweep(): Promise<void> {
    const before = new Date(this.#now().getTime() - memory);
    await this.#db.deleteFrom('challenges').where('expires_at', '<', before).execute();
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
