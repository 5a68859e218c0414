import { UserError } from '@visavox/core/errors';
import { sameSecret } from '@visavox/core/token';
import type { Logger } from 'pino';
import { FailedTries, tooManyTries } from './failed-tries.ts';
import type { OperatorToken } from './resources.ts';

/**
 * Checks the operators' token. It has 128 random bits at least, so whoever has it is never made to wait for what others guess;
 * guesses are logged, and slowed down by network.
 */
export class OperatorDoor {
  readonly #token: OperatorToken;
  readonly #refused: (network: string) => Promise<void>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #isOff: (token: string) => Promise<boolean>;
  readonly #failures: FailedTries;

  constructor(resources: {
    operatorToken: OperatorToken;
    /** Told of a wrong token, once for a burst from a network. */
    refused?: (network: string) => Promise<void>;
    /** Whether an operator has turned it off, for users to sign in as themselves. */
    isOff?: (token: string) => Promise<boolean>;
    log: Pick<Logger, 'warn'>;
    now: () => Date;
  }) {
    this.#token = resources.operatorToken;
    this.#refused = resources.refused ?? (async () => undefined);
    this.#log = resources.log;
    this.#isOff = resources.isOff ?? (async () => false);
    this.#failures = new FailedTries(resources.now);
  }

  async requireToken(given: string, network: string): Promise<string> {
    const token = await this.#token();
    if (sameSecret(given, token)) {
      if (await this.#isOff(token)) throw turnedOff();
      return token;
    }
    const failures = this.#failures.add(network);
    this.#log.warn({ network, failures }, 'a wrong operator token');
    // One event for a burst: whoever guesses must not be able to fill the database.
    if (failures === 1) await this.#refused(network);
    if (this.#failures.isTooMany(network)) throw tooManyTries('tokens');
    throw new UserError({
      kind: 'unauthenticated',
      code: 'operator_token_invalid',
      message: "this is not the operator's token",
      action: 'Use the one in secrets/operator.token of the server, which it also prints as a link.',
    });
  }
}

function turnedOff(): UserError {
  return new UserError({
    kind: 'unauthenticated',
    code: 'operator_token_off',
    message: "the operators' shared token was turned off here: users sign in as themselves",
    action:
      'Use a token of your own (visavox login). Whoever has the machine may have a new one made: visavox up --rotate-operator-token',
  });
}
