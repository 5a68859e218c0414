import { UserError } from '@visavox/core/errors';

const freeFailures = 10;
const windowMs = 5 * 60_000;
const mostNames = 10_000;

/** Counts what went wrong lately, by network or by name, and slows down whoever goes on. */
export class FailedTries {
  readonly #now: () => Date;
  readonly #failures = new Map<string, { count: number; since: number }>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Returns how many there were within the window. */
  add(of: string): number {
    const at = this.#now().getTime();
    const current = this.#lately(of) ?? { count: 0, since: at };
    current.count++;
    this.#failures.delete(of);
    this.#failures.set(of, current);
    const [longestAgo] = this.#failures.keys();
    if (this.#failures.size > mostNames && longestAgo !== undefined) this.#failures.delete(longestAgo);
    return current.count;
  }

  isTooMany(of: string): boolean {
    return (this.#lately(of)?.count ?? 0) > freeFailures;
  }

  #lately(of: string): { count: number; since: number } | undefined {
    const known = this.#failures.get(of);
    return known && this.#now().getTime() - known.since < windowMs ? known : undefined;
  }
}

export function tooManyTries(what: string): UserError {
  const retryAfterSeconds = windowMs / 1000;
  return new UserError({
    kind: 'too-many',
    code: 'too_many_requests',
    message: `too many wrong ${what} came from this network`,
    action: `Wait ${retryAfterSeconds} seconds, or use the right one.`,
    details: { retryAfterSeconds },
  });
}
