import { randomInt, randomUUID } from 'node:crypto';
import { UserError } from '@visavox/core/errors';
import type { Turn } from '@visavox/recognition/signals/head';
import type { Kysely, Transaction } from 'kysely';
import { isSameVisitor, type Whereabouts } from '../sign-in/visitor.ts';
import type { ApplicationTables } from '../tables.ts';

const lifetime = 10 * 60_000;
/** For so long after its end a challenge is told to be expired or used, not unknown. */
const memory = 24 * 3_600_000;
/** More than a person needs who begins again and again; the oldest one ends where a client asks for another. */
const openPerClient = 20;

/** What a newcomer is asked to do: three times five digits, and a turn of the head to each side. */
export interface EnrolmentChallenge {
  readonly id: string;
  /** All ten digits, and five of them again: a digit that is said twice is like itself, in whatever language. */
  readonly prompts: readonly string[];
  /** In this order, as the person sees it; none for who cannot. */
  readonly turns: readonly Turn[];
  readonly expiresAt: Date;
  /** Of those who may come by invitation alone. */
  readonly invitation: string | null;
}

/** Good for one enrolment by the client that asked for it. */
export class EnrolmentChallenges {
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

  async create(wish: {
    client: Whereabouts;
    withTurns: boolean;
    invitation: string | null;
  }): Promise<EnrolmentChallenge> {
    const at = this.#now();
    const both: Turn[] = this.#below(2) === 0 ? ['left', 'right'] : ['right', 'left'];
    const challenge = {
      id: randomUUID(),
      prompts: this.#prompts(),
      turns: wish.withTurns ? both : [],
      expiresAt: new Date(at.getTime() + lifetime),
      invitation: wish.invitation,
    };
    await this.#db.transaction().execute(async (trx) => {
      const open = trx
        .selectFrom('enrolment_challenges')
        .select('id')
        .where(({ eb }) => eb('visit', 'is not distinct from', wish.client.visit))
        .where('network', '=', wish.client.network)
        .where('used_at', 'is', null)
        .where('expires_at', '>', at);
      const kept = open
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(openPerClient - 1);
      await trx
        .deleteFrom('enrolment_challenges')
        .where('id', 'in', open)
        .where('id', 'not in', kept)
        .execute();
      await trx
        .insertInto('enrolment_challenges')
        .values({
          id: challenge.id,
          network: wish.client.network,
          visit: wish.client.visit,
          invitation: wish.invitation,
          prompts: JSON.stringify(challenge.prompts),
          turns: JSON.stringify(challenge.turns),
          created_at: at,
          expires_at: challenge.expiresAt,
          used_at: null,
        })
        .execute();
    });
    return challenge;
  }

  /** Refuses early, before any work; `claim` decides. One that another client asked for is unknown to this one. */
  async check(id: string, { client, at }: { client: Whereabouts; at: Date }): Promise<EnrolmentChallenge> {
    const row = await this.#db
      .selectFrom('enrolment_challenges')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row || !isSameVisitor(client, row))
      throw fault('challenge_unknown', 'not-found', 'this challenge was never given');
    if (row.used_at) throw used();
    if (row.expires_at <= at) throw fault('challenge_expired', 'gone', 'this challenge is too old');
    const { prompts, turns, expires_at: expiresAt, invitation } = row;
    return { id, prompts, turns, expiresAt, invitation };
  }

  /** Uses it up in the enrolment's own transaction. `at`: when the request came, however long it waited. */
  async claim(trx: Transaction<ApplicationTables>, id: string, at: Date): Promise<void> {
    const claimed = await trx
      .updateTable('enrolment_challenges')
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
    await this.#db.deleteFrom('enrolment_challenges').where('expires_at', '<', before).execute();
  }

  /** The third utterance takes some of each of the first two, so that each can be compared with another one. */
  #prompts(): string[] {
    const all = this.#shuffled('0123456789');
    const [first, second] = [all.slice(0, 5), all.slice(5)];
    const again = this.#shuffled(first).slice(0, 3) + this.#shuffled(second).slice(0, 2);
    return [first, second, this.#shuffled(again)];
  }

  #shuffled(text: string): string {
    const characters = [...text];
    for (let last = characters.length - 1; last > 0; last--) {
      const other = this.#below(last + 1);
      [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
    }
    return characters.join('');
  }
}

function used(): UserError {
  return fault('challenge_used', 'conflict', 'this challenge was used already');
}

function fault(code: string, kind: 'not-found' | 'gone' | 'conflict', message: string): UserError {
  return new UserError({
    kind,
    code,
    message,
    action: 'Ask for a new challenge of the purpose "enrolment", and say its digits.',
  });
}
