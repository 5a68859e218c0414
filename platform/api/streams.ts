import { ReadableStream } from 'node:stream/web';
import type { Context } from 'hono';
import type { Logger } from 'pino';
import type { ApiEnv } from './api-env.ts';
import { ClientGone } from './bodies.ts';

/** The body of a request as it comes, without holding it. */
export async function* bodyOf(c: Context<ApiEnv>): AsyncGenerator<Uint8Array, void> {
  const { body } = c.req.raw;
  if (body === null) return;
  try {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    throw new ClientGone('the request broke off', { cause });
  }
}

/**
 * Bytes as they are read. What is wrong with a small file, or at the beginning of a large one, is a problem document;
 * later the response breaks off, and the log says why.
 */
export async function streamedBody(
  c: Context<ApiEnv>,
  bytes: AsyncGenerator<Uint8Array, void>,
  log: Logger,
): Promise<globalThis.ReadableStream<Uint8Array>> {
  const first = await bytes.next();
  // Whether a file is what its digest says is known at its end.
  const second = first.done ? first : await bytes.next();
  const requestId = c.get('requestId');
  async function* all() {
    try {
      for (const { done, value } of [first, second]) if (!done) yield value;
      yield* bytes;
    } catch (err) {
      log.error({ requestId, path: c.req.path, err }, 'an answer broke off');
      throw err;
    }
  }
  // Node's own type lacks what only browsers have.
  return ReadableStream.from(all()) as unknown as globalThis.ReadableStream<Uint8Array>;
}
