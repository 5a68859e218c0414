import { UserError } from '@visavox/core/errors';
import { sameSecret } from '@visavox/core/token';
import type { Logger } from 'pino';
import type { OperatorToken } from './resources.ts';

const freeFailures = 10;
const windowMs = 5 * 60_000;
const mostNetworks = 10_000;

/**
 * Checks the operators' token. It has 128 random bits at least, so whoever has it is never made to wait for what others guess;
 * guesses are logged, and slowed down by network.
 */
export class OperatorDoor {
  readonly #token: OperatorToken;
  readonly #refused: (network: string) => Promise<void>;
  readonly #log: Pick<Logger, 'warn'>;
  readonly #now: () => Date;
  readonly #failures = new Map<string, { count: number; since: number }>();

  constructor(resources: {
    operatorToken: OperatorToken;
    /** Told of a wrong token, once for a burst from a network. */
    refused?: (network: string) => Promise<void>;
    log: Pick<Logger, 'warn'>;
    now: () => Date;
  }) {
    this.#token = resources.operatorToken;
    this.#refused = resources.refused ?? (async () => undefined);
    this.#log = resources.log;
    this.#now = resources.now;
  }

  async requireToken(given: string, network: string): Promise<string> {
    const token = await this.#token();
    if (sameSecret(given, token)) return token;
    const failures = this.#fail(network);
    this.#log.warn({ network, failures }, 'a wrong operator token');
    // One event for a burst: whoever guesses must not be able to fill the database.
    if (failures === 1) await this.#refused(network);
    if (failures > freeFailures) throw tooMany();
    throw new UserError({
      kind: 'unauthenticated',
      code: 'operator_token_invalid',
      message: "this is not the operator's token",
      action: 'Use the one in secrets/operator.token of the server, which it also prints as a link.',
    });
  }

  /** Returns how many there were within the window. */
  #fail(network: string): number {
    const at = this.#now().getTime();
    const known = this.#failures.get(network);
    const current = known && at - known.since < windowMs ? known : { count: 0, since: at };
    current.count++;
    this.#failures.delete(network);
    this.#failures.set(network, current);
    const [longestAgo] = this.#failures.keys();
    if (this.#failures.size > mostNetworks && longestAgo !== undefined) this.#failures.delete(longestAgo);
    return current.count;
  }
}

function tooMany(): UserError {
  const retryAfterSeconds = windowMs / 1000;
  return new UserError({
    kind: 'too-many',
    code: 'too_many_requests',
    message: 'too many wrong tokens came from this network',
    action: `Wait ${retryAfterSeconds} seconds, or use the right token.`,
    details: { retryAfterSeconds },
  });
}
