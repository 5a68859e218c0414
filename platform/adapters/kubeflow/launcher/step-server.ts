import { setTimeout as sleep } from 'node:timers/promises';
import { type Digest, Digest as DigestSchema } from '@visavox/core/digest';
import { faultKindOfStatus, messageOf, UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import { Lock, type LockStore } from '@visavox/pipelines/environments/environments';
import { z } from 'zod';
import { type StepEnvironment, StepGrant } from '../step/step-grant.ts';

const Problem = z.looseObject({ code: z.string(), detail: z.string(), action: z.string() });

/** How long a server that is being replaced is waited for. */
const patienceMs = 120_000;

/** The installation as a step in a pod reaches it: what it is given, over HTTP, by its token. */
export class StepServer {
  readonly #url: string;
  readonly #token: string;

  constructor({ url, token }: { readonly url: string; readonly token: string }) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  async grant(): Promise<StepGrant> {
    return StepGrant.parse(await (await this.#ask('grant')).json());
  }

  async report(environment: StepEnvironment): Promise<void> {
    await this.#ask('environment', { method: 'PUT', body: environment });
  }

  /** Blobs only, to be read only. That one is not there is said when it is read. */
  get objects(): ObjectStore {
    const digestOfKey = (key: string): Digest => DigestSchema.parse(`sha256:${key.split('/').at(-1)}`);
    const ask = (key: string) => this.#ask(`blobs/${digestOfKey(key)}`);
    const readOnly = async () => {
      throw new TypeError('a step reads objects only');
    };
    return {
      get: async (key) => new Uint8Array(await (await ask(key)).arrayBuffer()),
      async *read(key) {
        const { body } = await ask(key);
        if (body) yield* body as unknown as AsyncIterable<Uint8Array>;
      },
      has: async (key) => key.startsWith('blobs/'),
      put: readOnly,
      delete: readOnly,
      async *list() {},
    };
  }

  get locks(): LockStore {
    return {
      find: async (question) => {
        const { lock } = Found.parse(await (await this.#ask(`locks/${question}`)).json());
        return lock ?? undefined;
      },
      keep: async (question, lock) =>
        Lock.parse(await (await this.#ask(`locks/${question}`, { method: 'PUT', body: lock })).json()),
    };
  }

  async #ask(
    path: string,
    { method = 'GET', body }: { method?: string; body?: unknown } = {},
  ): Promise<Response> {
    const request: RequestInit = {
      method,
      headers: {
        authorization: `Step ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    };
    const started = Date.now();
    for (let pause = 250; ; pause = Math.min(pause * 2, 5000)) {
      const answer = await fetch(`${this.#url}/api/v1/steps/${path}`, request).catch((cause: unknown) =>
        unreachable(this.#url, cause),
      );
      if (answer instanceof Response && answer.ok) return answer;
      const fault = answer instanceof Response ? await refusal(answer) : answer;
      if (fault.kind !== 'unavailable' || Date.now() + pause - started > patienceMs) throw fault;
      await sleep(pause);
    }
  }
}

const Found = z.object({ lock: Lock.nullable() });

async function refusal(answer: Response): Promise<UserError> {
  const text = await answer.text();
  const problem = Problem.safeParse(parseJson(text));
  const { code, detail, action } = problem.data ?? {
    code: 'step_refused',
    detail: `the server answered ${answer.status}: ${text.slice(0, 200)}`,
    action: 'See whether VISAVOX_STEP_SERVER of the server is its own address as pods reach it.',
  };
  return new UserError({
    kind: faultKindOfStatus[answer.status] ?? 'invalid',
    code,
    message: detail,
    action,
  });
}

function unreachable(url: string, cause: unknown): UserError {
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return new UserError({
    kind: 'unavailable',
    code: 'step_server_unreachable',
    message: `${url} does not answer this pod: ${messageOf(reason)}`,
    action:
      'Set VISAVOX_STEP_SERVER of the server to its own address as pods reach it, and let network policies allow it.',
    cause,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
