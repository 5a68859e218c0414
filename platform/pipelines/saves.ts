import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';
import type { RunStore } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';

/** Saves one after the other, and as few as it takes: what changes during a save goes into the next one. */
export class Saves {
  readonly #runs: RunStore;
  readonly #closed: AbortSignal;
  readonly #log: (message: string) => void;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(runs: RunStore, closed: AbortSignal, log: (message: string) => void) {
    this.#runs = runs;
    this.#closed = closed;
    this.#log = log;
  }

  /** Answers when the state of now, or a later one, is durable. */
  save(snapshot: () => RunRecord): Promise<void> {
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      this.#current = this.#write(snapshot());
      return this.#current;
    });
    return this.#next;
  }

  async #write(run: RunRecord): Promise<void> {
    for (let pause = 1; !this.#closed.aborted; pause = Math.min(pause * 2, 30)) {
      try {
        return await this.#runs.save(run);
      } catch (error) {
        this.#log(`run ${run.id} cannot be saved, next try in ${pause} s: ${messageOf(error)}`);
        await sleep(pause * 1000, undefined, { signal: this.#closed }).catch(() => {}); // closed: the loop ends
      }
    }
    await new Promise(() => {});
  }
}
