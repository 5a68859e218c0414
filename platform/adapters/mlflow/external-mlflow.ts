import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';

const askEveryMs = 5000;

/** An MLflow that somebody else runs: asked from time to time whether it answers. */
export class ExternalMlflow {
  readonly url: string;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<void>;
  #healthy = false;
  #problem: string | undefined;

  constructor(options: { url: string; report: (event: string, details: Record<string, unknown>) => void }) {
    this.url = options.url.replace(/\/+$/, '');
    this.#asking = this.#ask(options.report);
  }

  /** Whether it answered when it was last asked. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** Why it does not answer, for people; undefined while it does. */
  get problem(): string | undefined {
    return this.#healthy ? undefined : this.#problem;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#asking;
  }

  async #ask(report: (event: string, details: Record<string, unknown>) => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const healthy = await this.#answers();
      if (healthy !== this.#healthy) report(healthy ? 'mlflow answers' : 'mlflow is away', { url: this.url });
      this.#healthy = healthy;
      await pause(askEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #answers(): Promise<boolean> {
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(askEveryMs)]);
    try {
      const { ok, status } = await fetch(`${this.url}/health`, { signal });
      this.#problem = ok ? undefined : `its /health says ${status}`;
      return ok;
    } catch (error) {
      this.#problem = messageOf(error instanceof Error && error.cause ? error.cause : error);
      return false;
    }
  }
}
