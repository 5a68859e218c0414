import { setTimeout as pause } from 'node:timers/promises';

const askEveryMs = 5000;

/** An MLflow that somebody else runs: asked from time to time whether it answers. */
export class ExternalMlflow {
  readonly url: string;
  readonly #stopping = new AbortController();
  readonly #asking: Promise<void>;
  #healthy = false;

  constructor(options: { url: string; report: (event: string, details: Record<string, unknown>) => void }) {
    this.url = options.url.replace(/\/+$/, '');
    this.#asking = this.#ask(options.report);
  }

  /** Whether it answered when it was last asked. */
  get healthy(): boolean {
    return this.#healthy;
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
      return (await fetch(`${this.url}/health`, { signal })).ok;
    } catch {
      return false;
    }
  }
}
