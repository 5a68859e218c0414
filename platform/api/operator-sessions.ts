import type { PlatformTables } from '@visavox/adapters/sql/tables';
import { hashOfToken, newToken } from '@visavox/core/token';
import type { Kysely } from 'kysely';

const minute = 60_000;
const lifetime = { whole: 8 * 60 * minute, idle: 30 * minute } as const;
const seenEvery = minute;

export const operatorSessionSeconds = lifetime.whole / 1000;

/**
 * Sessions that the operators' token was exchanged for. Each is bound to that token: with another one it is over, on
 * whichever server it is shown.
 */
export class OperatorSessions {
  readonly #db: Kysely<PlatformTables>;
  readonly #now: () => Date;

  constructor(resources: { db: Kysely<PlatformTables>; now: () => Date }) {
    this.#db = resources.db;
    this.#now = resources.now;
  }

  /** Returns its secret; the session before, if any, ends. */
  async start(operatorToken: string, replaces: string | undefined): Promise<string> {
    const secret = newToken();
    const at = this.#now();
    if (replaces !== undefined) await this.end(replaces);
    await this.#db
      .insertInto('operator_sessions')
      .values({
        session_hash: hashOfToken(secret),
        token_fingerprint: fingerprintOf(operatorToken),
        seen_at: at,
        expires_at: new Date(at.getTime() + lifetime.whole),
      })
      .execute();
    return secret;
  }

  async isGood(secret: string, operatorToken: string): Promise<boolean> {
    const at = this.#now();
    const found = await this.#db
      .selectFrom('operator_sessions')
      .select('seen_at')
      .where('session_hash', '=', hashOfToken(secret))
      .where('token_fingerprint', '=', fingerprintOf(operatorToken))
      .where('expires_at', '>', at)
      .where('seen_at', '>', new Date(at.getTime() - lifetime.idle))
      .executeTakeFirst();
    if (found && at.getTime() - found.seen_at.getTime() > seenEvery)
      await this.#db
        .updateTable('operator_sessions')
        .set({ seen_at: at })
        .where('session_hash', '=', hashOfToken(secret))
        .execute();
    return found !== undefined;
  }

  async end(secret: string): Promise<void> {
    await this.#db.deleteFrom('operator_sessions').where('session_hash', '=', hashOfToken(secret)).execute();
  }

  async sweep(): Promise<void> {
    const at = this.#now();
    await this.#db
      .deleteFrom('operator_sessions')
      .where(({ or, eb }) =>
        or([eb('expires_at', '<=', at), eb('seen_at', '<=', new Date(at.getTime() - lifetime.idle))]),
      )
      .execute();
  }
}

function fingerprintOf(operatorToken: string): string {
  return hashOfToken(`visavox operator.token\n${operatorToken}`);
}
