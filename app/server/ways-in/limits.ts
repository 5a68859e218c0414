import { tooManyTries } from '../faults.ts';

/** Who says to be somebody, and from where. */
export interface EntryClaim {
  /** Keyed hash of the name as it is compared. */
  readonly name: string;
  readonly network: string;
  /** Hash of the token of a device that this very person signed in with before. */
  readonly device: string | null;
}

/** How often somebody may fail. */
export interface EntryLimits<Admission = unknown> {
  /** Throws where somebody has to wait. Each admission ends with `failed` or `succeeded`. */
  admit(claim: EntryClaim): Promise<Admission>;
  failed(admission: Admission): Promise<void>;
  succeeded(admission: Admission): Promise<void>;
}

const freeFailures = 10;
const windowMs = 15 * 60_000;
const mostKeys = 20_000;

/**
 * Tries with codes in the last quarter of an hour by name and network together, in this process: a stranger's failures keep
 * nobody else out, and a code carries too much chance for guesses from many networks, at many servers, to matter.
 */
export class RecentTries implements EntryLimits<string> {
  readonly #tries = new Map<string, readonly number[]>();
  readonly #now: () => Date;

  constructor({ now }: { now: () => Date }) {
    this.#now = now;
  }

  /** Counted as failed at once, so that nobody tries a hundred times at the same moment. */
  async admit({ name, network }: EntryClaim): Promise<string> {
    const key = `${name} ${network}`;
    const at = this.#now().getTime();
    const tries = (this.#tries.get(key) ?? []).filter((earlier) => earlier > at - windowMs);
    const oldest = tries.at(-freeFailures);
    if (oldest !== undefined) throw tooManyTries(Math.max(1, Math.ceil((oldest + windowMs - at) / 1000)));
    // The map keeps the order of writing: what was tried longest ago goes first.
    this.#tries.delete(key);
    this.#tries.set(key, [...tries, at]);
    const [longestAgo] = this.#tries.keys();
    if (this.#tries.size > mostKeys && longestAgo !== undefined) this.#tries.delete(longestAgo);
    return key;
  }

  async failed(): Promise<void> {}

  async succeeded(key: string): Promise<void> {
    this.#tries.delete(key);
  }
}
