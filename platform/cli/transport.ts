import { faultKindOfStatus, UserError } from '@visavox/core/errors';
import { z } from 'zod';

export interface TransportOptions {
  /** Base URL, for example http://127.0.0.1:4600. */
  readonly server: string;
  /** The operator's token, asked for at each call, since a server's first start makes one; without it only the public routes answer. */
  readonly token?: string | (() => string | undefined) | undefined;
  /** How long a request that may be repeated is repeated while no server answers. 0: not at all. */
  readonly patienceSeconds?: number;
  /** What is said instead of a refusal by the server. */
  readonly explain?: (refusal: UserError) => UserError;
  /** Told when a request has to wait for the server to come back. */
  readonly onWait?: (waitedSeconds: number) => void;
}

export interface Call {
  readonly method: string;
  readonly path: string;
  /** Sent as JSON unless it is a form or bytes. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether sending it twice is as good as sending it once. */
  readonly repeatable: boolean;
  /** The answer is a Uint8Array. */
  readonly binary?: boolean;
  /** Sent along by name; what the server sets is added. Without them no cookies are kept. */
  readonly cookies?: Map<string, string> | undefined;
}

const Problem = z.object({
  detail: z.string().optional(),
  title: z.string().optional(),
  code: z.string(),
  action: z.string().optional(),
  requestId: z.string().optional(),
});

/** The connection broke or none came about: the server may or may not have done what was asked. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof UserError && error.code === 'server_unreachable';
}

/** Sends requests; problem documents are thrown as UserError. */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async send(call: Call): Promise<unknown> {
    if (!call.repeatable) return this.#once(call);
    return this.persist(() => this.#once(call));
  }

  /** Repeats `action` while the server is away or not ready, as long as the patience lasts. */
  async persist<T>(action: () => Promise<T>): Promise<T> {
    const patience = (this.#options.patienceSeconds ?? 0) * 1000;
    const started = Date.now();
    for (let pause = 250; ; pause = Math.min(3000, pause * 1.5)) {
      try {
        return await action();
      } catch (error) {
        const waited = Date.now() - started;
        if (!(error instanceof UserError && error.kind === 'unavailable') || waited + pause > patience)
          throw error;
        this.#options.onWait?.(waited / 1000);
        await new Promise((done) => setTimeout(done, pause));
      }
    }
  }

  /** The bytes of an answer as they come, asked for once. */
  async *stream(path: string): AsyncGenerator<Uint8Array, void> {
    const response = await this.#reach(path, { headers: this.#authorization() });
    if (!response.ok) {
      const text = await response.text().catch(() => '');
      throw this.#refusal(response, parse(response, text), `GET ${path}`);
    }
    const reader = response.body?.getReader();
    try {
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) yield next.value;
    } catch (cause) {
      throw new UserError({
        kind: 'unavailable',
        code: 'answer_cut_off',
        message: `the answer to GET ${path} broke off`,
        action: 'Try again; the log of the server says more.',
        cause,
      });
    } finally {
      await reader?.cancel().catch(() => {}); // whatever is left nobody waits for
    }
  }

  #authorization(): Record<string, string> {
    const token = typeof this.#options.token === 'function' ? this.#options.token() : this.#options.token;
    return token ? { authorization: `Bearer ${token}` } : {};
  }

  async #reach(path: string, sent: RequestInit): Promise<Response> {
    const { server } = this.#options;
    try {
      return await fetch(`${server.replace(/\/+$/, '')}${path}`, sent);
    } catch (cause) {
      throw unreachable(server, cause);
    }
  }

  async #once({ method, path, body, headers = {}, binary = false, cookies }: Call): Promise<unknown> {
    const { server } = this.#options;
    const plain = body !== undefined && !(body instanceof FormData) && !(body instanceof Uint8Array);
    const sent: RequestInit = {
      method,
      headers: {
        ...this.#authorization(),
        ...(plain ? { 'content-type': 'application/json' } : {}),
        ...(cookies?.size ? { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: plain ? JSON.stringify(body) : (body as BodyInit) }),
    };
    const response = await this.#reach(path, sent);
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw unreachable(server, cause);
    }
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(set) ?? [];
      if (name !== undefined && value !== undefined) cookies?.set(name.trim(), value);
    }
    if (binary && response.ok) return bytes;
    const answer = parse(response, new TextDecoder().decode(bytes));
    if (response.ok) return answer;
    throw this.#refusal(response, answer, `${method} ${path}`);
  }

  #refusal(response: Response, answer: unknown, request: string): UserError {
    const refusal = problemOf(response, answer, request);
    return this.#options.explain?.(refusal) ?? refusal;
  }
}

function unreachable(server: string, cause: unknown): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'server_unreachable',
    message: `no server answers at ${server}`,
    action:
      'Start it with "visavox up" ("npm start" in a clone), or name another one (--server URL on the command line).',
    cause,
  });
}

function problemOf(response: Response, answer: unknown, request: string): UserError {
  const problem = Problem.safeParse(answer).data;
  return new UserError({
    kind: faultKindOfStatus[response.status] ?? (response.status >= 500 ? 'unavailable' : 'invalid'),
    code: problem?.code ?? `http_${response.status}`,
    message: problem?.detail ?? problem?.title ?? `the server answered ${response.status} to ${request}`,
    action: problem?.action ?? 'The log of the server says more.',
    details: { ...(answer as object), status: response.status },
  });
}

function parse(response: Response, text: string): unknown {
  if (!/\bjson\b/.test(response.headers.get('content-type') ?? '')) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A document that was cut off or is none: the status has to do.
    return text;
  }
}
