import { SqlControlState } from '@visavox/adapters/sql/control-state';
import type { PlatformTables } from '@visavox/adapters/sql/tables';
import { hashOfToken } from '@visavox/core/token';
import type { Kysely } from 'kysely';

const key = 'operator token off';

/**
 * Whether the operators' shared token counts. What is turned off is this very token: another one, which only somebody with
 * access to the server's secrets can put in its place, counts again, so that nobody is locked out of a machine of their own.
 */
export class SharedToken {
  readonly #state: SqlControlState;

  constructor({ db }: { db: Kysely<PlatformTables> }) {
    this.#state = new SqlControlState(db);
  }

  async isOff(token: string): Promise<boolean> {
    return (await this.#state.get(key)) === fingerprintOf(token);
  }

  turnOff(token: string): Promise<void> {
    return this.#state.set(key, fingerprintOf(token));
  }

  turnOn(): Promise<void> {
    return this.#state.set(key, null);
  }
}

function fingerprintOf(token: string): string {
  return hashOfToken(`visavox operator.token off\n${token}`);
}
