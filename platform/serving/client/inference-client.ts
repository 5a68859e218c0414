import { type FaultKind, faultKindOfStatus, messageOf, UserError } from '@visavox/core/errors';
import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import { encodeInferRequest } from '../protocol/infer-request.ts';
import { parseInferResponse } from '../protocol/infer-response.ts';
import type { Tensor } from '../protocol/tensor.ts';

export interface InferenceClientOptions {
  /** Of the server, without /v2: `http://predictor.models.svc`. */
  readonly url: string;
  /** How long to wait for an answer to begin, and for each part of it. */
  readonly timeoutMilliseconds?: number;
  /** Kept open at most; further calls wait for one of them. */
  readonly connections?: number;
}

const TensorMetadata = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) });
const ModelMetadata = z.object({
  name: z.string(),
  versions: z.array(z.string()).optional(),
  platform: z.string(),
  inputs: z.array(TensorMetadata),
  outputs: z.array(TensorMetadata),
});
export type ModelMetadata = z.infer<typeof ModelMetadata>;

const ServerMetadata = z.object({
  name: z.string(),
  version: z.string(),
  extensions: z.array(z.string()),
  /** The digest of the bundle that is served; only a server of this project says it. */
  bundle: z.string().optional(),
});
export type ServerMetadata = z.infer<typeof ServerMetadata>;

export interface InferenceAnswer {
  readonly model: string;
  readonly version: string | undefined;
  readonly outputs: ReadonlyMap<string, Tensor>;
}

interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: Uint8Array;
}

/**
 * Calls any server of the Open Inference Protocol v2 that knows binary tensors, over connections that are kept.
 * What goes wrong is a UserError: `model_server_unreachable`, `model_server_timeout`, `model_server_busy`,
 * `model_server_failed` or `inference_refused`.
 */
export class InferenceClient {
  readonly #url: URL;
  readonly #pool: Pool;

  constructor({ url, timeoutMilliseconds = 10_000, connections = 64 }: InferenceClientOptions) {
    this.#url = new URL(url);
    this.#pool = new Pool(this.#url.origin, {
      connections,
      connect: { timeout: timeoutMilliseconds },
      headersTimeout: timeoutMilliseconds,
      bodyTimeout: timeoutMilliseconds,
    });
  }

  /** All outputs, or those named. The tensors' data are not changed and may be used again. */
  async infer(
    model: string,
    inputs: readonly Tensor[],
    outputs?: readonly string[],
  ): Promise<InferenceAnswer> {
    const { header, parts } = encodeInferRequest(inputs, outputs);
    const head = Buffer.from(header, 'utf8');
    const answer = await this.#request({
      path: `/v2/models/${encodeURIComponent(model)}/infer`,
      method: 'POST',
      headers: {
        'content-type': 'application/octet-stream',
        'inference-header-content-length': String(head.length),
      },
      body: Buffer.concat([head, ...parts]),
    });
    const length = answer.headers['inference-header-content-length'];
    const response = this.#parse(() =>
      parseInferResponse(answer.body, typeof length === 'string' ? Number(length) : undefined),
    );
    return {
      model: response.model,
      version: response.version,
      outputs: new Map(response.outputs.map((tensor) => [tensor.name, tensor])),
    };
  }

  /** Whether the server, or one model of it, would answer now; whatever goes wrong is a no. */
  async ready(model?: string): Promise<boolean> {
    const path = model === undefined ? '/v2/health/ready' : `/v2/models/${encodeURIComponent(model)}/ready`;
    try {
      await this.#request({ path, method: 'GET' });
      return true;
    } catch (error) {
      if (error instanceof UserError) return false;
      throw error;
    }
  }

  async server(): Promise<ServerMetadata> {
    const { body } = await this.#request({ path: '/v2', method: 'GET' });
    return this.#parse(() => ServerMetadata.parse(JSON.parse(Buffer.from(body).toString('utf8'))));
  }

  async metadata(model: string): Promise<ModelMetadata> {
    const path = `/v2/models/${encodeURIComponent(model)}`;
    const { body } = await this.#request({ path, method: 'GET' });
    return this.#parse(() => ModelMetadata.parse(JSON.parse(Buffer.from(body).toString('utf8'))));
  }

  /** Calls that are under way are finished first. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #request(request: Dispatcher.RequestOptions): Promise<Answer> {
    const options = { ...request, path: `${this.#url.pathname.replace(/\/$/, '')}${request.path}` };
    let response: Dispatcher.ResponseData;
    try {
      response = await this.#pool.request(options).catch((error: unknown) => {
        // A kept connection may have been closed just as it was used, or a replica replaced. No answer has begun,
        // and an inference changes nothing, so it may be asked for again: once.
        if (!isLostConnection(error)) throw error;
        return this.#pool.request(options);
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
    let body: Uint8Array;
    try {
      body = new Uint8Array(await response.body.arrayBuffer());
    } catch (error) {
      throw this.#unreachable(error);
    }
    if (response.statusCode >= 300) throw this.#refused(response.statusCode, body);
    return { status: response.statusCode, headers: response.headers, body };
  }

  #unreachable(error: unknown): UserError {
    const late = error instanceof Error && 'code' in error && /TIMEOUT/.test(String(error.code));
    return new UserError({
      kind: 'unavailable',
      code: late ? 'model_server_timeout' : 'model_server_unreachable',
      message: `the model server ${this.#url.origin} ${late ? 'did not answer in time' : `cannot be reached: ${messageOf(error)}`}`,
      action: 'Check that it runs and is ready; then try again.',
      cause: error,
    });
  }

  #refused(status: number, body: Uint8Array): UserError {
    const kind: FaultKind = faultKindOfStatus[status] ?? (status < 500 ? 'invalid' : 'unavailable');
    return new UserError({
      kind,
      code:
        kind === 'too-many'
          ? 'model_server_busy'
          : status < 500
            ? 'inference_refused'
            : 'model_server_failed',
      message: `the model server ${this.#url.origin} answered ${status}: ${errorText(body)}`,
      action:
        status < 500 && kind !== 'too-many'
          ? 'Compare the request with the model’s metadata.'
          : 'Try again a little later.',
      details: { status },
    });
  }

  #parse<Result>(parse: () => Result): Result {
    try {
      return parse();
    } catch (error) {
      throw new UserError({
        kind: 'unavailable',
        code: 'model_server_failed',
        message: `the model server ${this.#url.origin} gave an answer that is not of the protocol: ${messageOf(error)}`,
        action: 'Check that the address is that of a server of the Open Inference Protocol v2.',
        cause: error,
      });
    }
  }
}

const lostConnection = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

function isLostConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && lostConnection.has(String(error.code));
}

function errorText(body: Uint8Array): string {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 2000)).toString('utf8');
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed) return String(parsed.error);
  } catch {
    // Not of the protocol: a proxy's page, for example. What it says is still the best there is.
  }
  return text.trim() || 'without a reason';
}
