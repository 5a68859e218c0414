import type { SignedIn, SqlUsers } from '@visavox/adapters/sql/users';
import { UserError } from '@visavox/core/errors';
import type { Logger } from 'pino';
import { FailedTries, tooManyTries } from './failed-tries.ts';
import { isBusyWithPasswords, isPassword } from './passwords.ts';

/** Checks what users show: their tokens, which nobody guesses, and passwords, which somebody may try to. */
export class UserDoor {
  readonly #users: SqlUsers;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #networks: FailedTries;
  readonly #names: FailedTries;

  constructor(resources: { users: SqlUsers; log: Pick<Logger, 'warn'>; now: () => Date }) {
    this.#users = resources.users;
    this.#log = resources.log;
    this.#networks = new FailedTries(resources.now);
    this.#names = new FailedTries(resources.now);
  }

  /** Undefined where it is no user's. Whoever has a good one is never made to wait for what others guess. */
  byToken(token: string): Promise<SignedIn | undefined> {
    return this.#users.byToken(token);
  }

  async byPassword(name: string, password: string, network: string): Promise<SignedIn> {
    if (this.#networks.isTooMany(network) || this.#names.isTooMany(name)) throw tooManyTries('passwords');
    if (isBusyWithPasswords()) throw busy();
    const user = await this.#users.byPassword(name);
    if (!(await isPassword(password, user?.hash)) || !user) {
      const failures = this.#networks.add(network);
      this.#names.add(name);
      this.#log.warn({ network, failures }, 'a wrong password');
      throw wrongPassword();
    }
    const { hash: _, ...signedIn } = user;
    return signedIn;
  }
}

function wrongPassword(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'password_invalid',
    message: 'the name and the password do not go together',
    action: 'Try again, sign in with a token, or have an operator set a new password.',
  });
}

function busy(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'busy',
    message: 'too many people sign in at once',
    action: 'Try again in a few seconds.',
    details: { retryAfterSeconds: 5 },
  });
}
