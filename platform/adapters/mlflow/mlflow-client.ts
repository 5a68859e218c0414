import { setTimeout as pause } from 'node:timers/promises';
import { messageOf, SystemError, UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { authorization, type MlflowCredentials } from './credentials.ts';

export interface MlflowClientOptions {
  /** `http://127.0.0.1:4601` */
  readonly url: string;
  /** How long a call waits for a server that is away (coming up, restarting) before it gives up. */
  readonly patienceMs?: number;
  readonly credentials?: MlflowCredentials;
  /** One of several workspaces of a server, as `MLFLOW_WORKSPACE` names it. */
  readonly workspace?: string | undefined;
  /** What is known of a server that does not answer, for whoever waits for it. */
  readonly problem?: () => string | undefined;
}

type Query = Readonly<Record<string, string>>;

const answerWithinMs = 30_000;
const transferWithinMs = 10 * 60_000;

/** Calls MLflow's REST API, version 2.0. Every caller must be content to see its call arrive twice. */
export class MlflowClient {
  readonly #url: string;
  readonly #patienceMs: number;
  readonly #headers: Record<string, string>;
  readonly #problem: () => string | undefined;

  constructor(options: MlflowClientOptions) {
    this.#url = options.url.replace(/\/+$/, '');
    this.#patienceMs = options.patienceMs ?? 10_000;
    this.#headers = {
      ...authorization(options.credentials ?? {}),
      ...(options.workspace && { 'x-mlflow-workspace': options.workspace }),
    };
    this.#problem = options.problem ?? (() => undefined);
  }

  get<Answer extends z.ZodType>(path: string, query: Query, answer: Answer): Promise<z.infer<Answer>> {
    return this.#json(`${path}?${new URLSearchParams(query)}`, { method: 'GET' }, answer);
  }

  post<Answer extends z.ZodType>(path: string, body: unknown, answer: Answer): Promise<z.infer<Answer>> {
    return this.#json(path, { method: 'POST', body: JSON.stringify(body) }, answer);
  }

  patch<Answer extends z.ZodType>(path: string, body: unknown, answer: Answer): Promise<z.infer<Answer>> {
    return this.#json(path, { method: 'PATCH', body: JSON.stringify(body) }, answer);
  }

  async delete(path: string, body: unknown): Promise<void> {
    await this.#json(path, { method: 'DELETE', body: JSON.stringify(body) }, z.unknown());
  }

  /** `uri` as MLflow writes it: `mlflow-artifacts:/1/<run>/artifacts/…`. */
  async putArtifact(uri: string, bytes: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    const body = new Uint8Array(bytes);
    await this.#request(artifactPath(uri), { method: 'PUT', body, headers }, transferWithinMs);
  }

  async #json<Answer extends z.ZodType>(
    path: string,
    init: RequestInit,
    answer: Answer,
  ): Promise<z.infer<Answer>> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#request(`mlflow/${path}`, { ...init, headers }, answerWithinMs);
    return answer.parse(await response.json());
  }

  async #request(path: string, init: RequestInit, withinMs: number): Promise<Response> {
    const deadline = Date.now() + this.#patienceMs;
    for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 2000)) {
      const attempt = await this.#attempt(path, init, withinMs);
      if ('response' in attempt) return attempt.response;
      if (Date.now() + waitMs > deadline) throw this.#unavailable(attempt.away);
      await pause(waitMs);
    }
  }

  async #attempt(
    path: string,
    init: RequestInit,
    withinMs: number,
  ): Promise<{ response: Response } | { away: unknown }> {
    let response: Response;
    try {
      response = await fetch(`${this.#url}/api/2.0/${path}`, {
        ...init,
        headers: { ...Object.fromEntries(new Headers(init.headers)), ...this.#headers },
        signal: AbortSignal.timeout(withinMs),
      });
    } catch (away) {
      return { away };
    }
    if (response.ok) return { response };
    const text = await response.text();
    if (response.status >= 500 || response.status === 429)
      return { away: new Error(`${response.status} ${text}`) };
    if (response.status === 401 || response.status === 403) throw this.#locked(response.status);
    throw refusal(path, response.status, text);
  }

  #locked(status: number): UserError {
    return new UserError({
      kind: 'unavailable',
      code: 'tracking_locked',
      message: `MLflow at ${this.#url} wants another login: it answered ${status}`,
      action: 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.',
    });
  }

  #unavailable(cause: unknown): UserError {
    const heard = cause instanceof Error && cause.cause ? messageOf(cause.cause) : messageOf(cause);
    const reason = this.#problem() ?? heard;
    return new UserError({
      kind: 'unavailable',
      code: 'tracking_unavailable',
      message: `MLflow does not answer at ${this.#url}: ${reason}`,
      action:
        'It may still be coming up; try again in a minute, then look at its log (visavox status names the services).',
      cause,
    });
  }
}

/** MLflow understood the call and said no. */
export class MlflowRefusal extends SystemError {
  readonly code: string;
  /** In MLflow's own words. */
  readonly reason: string;

  constructor(path: string, code: string, reason: string) {
    super(`MLflow refused ${path}: ${code}: ${reason}`);
    this.code = code;
    this.reason = reason;
  }
}

export function isRefusal(
  error: unknown,
  code: 'RESOURCE_ALREADY_EXISTS' | 'RESOURCE_DOES_NOT_EXIST' | 'INVALID_PARAMETER_VALUE',
): boolean {
  return error instanceof MlflowRefusal && error.code === code;
}

/** A value inside a search filter. MLflow has no way to write a quote there. */
export function quoted(value: string): string {
  if (/['"`\\]/.test(value))
    throw new TypeError(`cannot be searched for in MLflow: ${JSON.stringify(value)}`);
  return `'${value}'`;
}

const Refusal = z.object({ error_code: z.string(), message: z.string() });

function refusal(path: string, status: number, text: string): MlflowRefusal {
  const body = Refusal.safeParse(parseJson(text));
  if (body.success) return new MlflowRefusal(path, body.data.error_code, body.data.message);
  return new MlflowRefusal(path, `HTTP_${status}`, text.slice(0, 300));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function artifactPath(uri: string): string {
  const match = /^mlflow-artifacts:\/(?!\/)(.+)$/.exec(uri);
  if (!match?.[1]) {
    throw new UserError({
      kind: 'conflict',
      code: 'artifacts_not_proxied',
      message: `MLflow does not pass these artifacts on: ${uri}`,
      action: 'Start it with --serve-artifacts and --artifacts-destination, which names the bucket.',
    });
  }
  return `mlflow-artifacts/artifacts/${match[1].split('/').map(encodeURIComponent).join('/')}`;
}
