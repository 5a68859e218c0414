import { setTimeout as sleep } from 'node:timers/promises';
import { SystemError } from '@visavox/core/errors';
import { isFinished, type RunRecord } from '@visavox/core/run';
import { operatorToken, type Stage } from './stage.ts';

const answerWithinMs = 15_000;

/** How answers went that were no answers, by what they were. */
export type Refusals = Map<string, number>;

/** A client that expects nothing of the server: whatever fails is asked for again, for as long as it takes. */
export class PatientClient {
  readonly #url: string;
  readonly #token: string;
  readonly refusals: Refusals = new Map();

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async of(stage: Stage): Promise<PatientClient> {
    return new PatientClient(stage.server.url, await operatorToken(stage));
  }

  async get<Answer>(path: string): Promise<Answer> {
    return (await this.#persist('GET', path)).json() as Promise<Answer>;
  }

  async bytes(path: string): Promise<Uint8Array> {
    for (;;) {
      const response = await this.#persist('GET', path);
      try {
        return new Uint8Array(await response.arrayBuffer());
      } catch {
        this.#count('an answer that broke off');
      }
    }
  }

  /** Made once, however often it is sent. `hangUpAfterMs`: the first time, the client does not wait for the answer. */
  async make(
    path: string,
    body: unknown,
    { key, hangUpAfterMs }: { readonly key: string; readonly hangUpAfterMs?: number | undefined },
  ): Promise<string> {
    if (hangUpAfterMs !== undefined) await this.#once('POST', path, { body, key, withinMs: hangUpAfterMs });
    for (;;) {
      const response = await this.#persist('POST', path, { body, key });
      const answer = await (response.json() as Promise<{ id: string }>).catch(() => undefined);
      if (answer) return answer.id;
    }
  }

  async cancel(run: string): Promise<void> {
    await this.#persist('POST', `/api/v1/runs/${run}/cancel`, {}, [409]);
  }

  /** One try: whether it is answered well. */
  async answers(path: string): Promise<boolean> {
    const response = await this.#once('GET', path, { withinMs: 2000 });
    await response?.arrayBuffer().catch(() => undefined);
    return response?.ok === true;
  }

  /** The run when it has ended; as it is when the time is over. */
  async ended(id: string, withinMs: number): Promise<RunRecord> {
    for (const until = Date.now() + withinMs; ; await sleep(400)) {
      const run = await this.get<RunRecord>(`/api/v1/runs/${id}`);
      if (isFinished(run.state) || Date.now() > until) return run;
    }
  }

  async #persist(
    method: string,
    path: string,
    sent: { readonly body?: unknown; readonly key?: string } = {},
    alsoFine: readonly number[] = [],
  ): Promise<Response> {
    for (let pause = 100; ; pause = Math.min(pause * 1.5, 2000)) {
      const response = await this.#once(method, path, { ...sent, withinMs: answerWithinMs });
      if (response?.ok || alsoFine.includes(response?.status ?? 0)) return response as Response;
      if (response && response.status < 500)
        throw new SystemError(`${method} ${path}: ${response.status} ${await response.text()}`);
      await sleep(pause);
    }
  }

  async #once(
    method: string,
    path: string,
    { body, key, withinMs }: { body?: unknown; key?: string | undefined; withinMs: number },
  ): Promise<Response | undefined> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        signal: AbortSignal.timeout(withinMs),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (response.status >= 500) {
        const problem = (await response
          .clone()
          .json()
          .catch(() => ({}))) as { code?: string };
        this.#count(`${response.status} ${problem.code ?? ''}`.trim());
      }
      return response;
    } catch {
      this.#count('no answer');
      return undefined;
    }
  }

  #count(what: string): void {
    this.refusals.set(what, (this.refusals.get(what) ?? 0) + 1);
  }
}
