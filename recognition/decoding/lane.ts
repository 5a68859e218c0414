import { messageOf, UserError } from '@visavox/core/errors';
import type { What } from './decoding-messages.ts';
import { type Content, DecodingEnded, DecodingProcess, type ProcessLimits } from './decoding-process.ts';

export interface LaneOptions {
  readonly limits: ProcessLimits;
  /** Processes at once. */
  readonly most: number;
  /** Processes that stay while there is nothing to do. */
  readonly kept: number;
  /** Jobs that may wait for a process. */
  readonly waiting: number;
  /** How long a process rests after a job, in parts of what the job took: who sends one after another leaves time to others. */
  readonly restShare: number;
  readonly onEnded: (reason: string) => void;
}

const idleMs = 60_000;

/** Processes of one kind, started when they are needed, and the jobs that wait for one. */
export class Lane {
  readonly #options: LaneOptions;
  readonly #idle: DecodingProcess[] = [];
  readonly #all = new Set<DecodingProcess>();
  readonly #queue: { enter: (process: DecodingProcess) => void; fail: (error: unknown) => void }[] = [];
  #starting = 0;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#startWhereNeeded();
  }

  async *run(what: What, files: readonly Uint8Array[]): AsyncGenerator<readonly Content[]> {
    const process = await this.#acquire();
    const started = performance.now();
    try {
      yield* process.run(what, files);
    } catch (error) {
      if (error instanceof DecodingEnded) this.#options.onEnded(error.message);
      throw error;
    } finally {
      const restMs = (performance.now() - started) * this.#options.restShare;
      if (restMs > 0) setTimeout(() => this.#release(process), restMs);
      else this.#release(process);
    }
  }

  /** Throws when there is no process and none can be started. */
  async check(): Promise<void> {
    if ([...this.#all].some((process) => process.alive)) return;
    this.#release(await this.#acquire());
  }

  pids(): readonly number[] {
    return [...this.#all].flatMap(({ alive, pid }) => (alive && pid !== undefined ? [pid] : []));
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { fail } of this.#queue.splice(0)) fail(unavailable('the server is stopping'));
    await Promise.all([...this.#all].map((process) => process.close()));
  }

  async #acquire(): Promise<DecodingProcess> {
    if (this.#closed) throw unavailable('the server is stopping');
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) if (idle.alive) return idle;
    if (this.#queue.length >= this.#options.waiting) throw busy();
    const given = new Promise<DecodingProcess>((enter, fail) => this.#queue.push({ enter, fail }));
    this.#startWhereNeeded();
    return given;
  }

  #release(process: DecodingProcess): void {
    if (!process.alive || this.#closed) {
      // It may take a moment to end; another one takes its place.
      this.#all.delete(process);
      void process.close();
      if (!this.#closed) this.#startWhereNeeded();
      return;
    }
    const next = this.#queue.shift();
    if (next) next.enter(process);
    else {
      this.#idle.push(process);
      setTimeout(() => this.#endIdle(process), idleMs).unref();
    }
  }

  /** For whoever waits, and so that one is there for the next. */
  #startWhereNeeded(): void {
    const wanted = Math.max(this.#options.kept, this.#queue.length);
    while (
      this.#starting + this.#all.size < this.#options.most &&
      this.#starting + this.#idle.length < wanted
    )
      void this.#start();
  }

  async #start(): Promise<void> {
    this.#starting++;
    try {
      const process = await DecodingProcess.start(this.#options.limits);
      this.#all.add(process);
      this.#release(process);
    } catch (error) {
      this.#options.onEnded(messageOf(error));
      // Nobody else will take the jobs of those who wait when there is no process at all.
      if (this.#all.size === 0)
        for (const { fail } of this.#queue.splice(0)) fail(unavailable(messageOf(error)));
    } finally {
      this.#starting--;
    }
  }

  #endIdle(process: DecodingProcess): void {
    if (this.#all.size <= this.#options.kept || !this.#idle.includes(process)) return;
    this.#idle.splice(this.#idle.indexOf(process), 1);
    this.#all.delete(process);
    void process.close();
  }
}

function busy(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'busy',
    message: 'too many large pictures are being decoded at once',
    action: 'Send a smaller picture, or try again in a few seconds.',
    details: { retryAfterSeconds: 5 },
  });
}

function unavailable(reason: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'decoder_unavailable',
    message: `recordings cannot be decoded right now: ${reason}`,
    action: 'Try again in a few seconds.',
    details: { retryAfterSeconds: 5 },
  });
}
