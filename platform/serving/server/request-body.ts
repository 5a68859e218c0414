import type { IncomingMessage } from 'node:http';
import { UserError } from '@visavox/core/errors';
import type { BufferPool } from '../models/buffer-pool.ts';

/** Wide enough for every element type, and what vector instructions like. */
const alignment = 64;

/**
 * Reads a body into a buffer of its own, which may be given to another thread. The byte at `alignAt` comes to
 * lie where a typed array can begin, so that raw tensors need not be copied again.
 */
export function readBody(
  request: IncomingMessage,
  { limit, alignAt, buffers }: { limit: number; alignAt: number; buffers: BufferPool },
): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers['content-length'];
  const length = declared === undefined ? undefined : Number(declared);
  if (length !== undefined && length > limit) return Promise.reject(tooLarge(limit));
  return new Promise((done, fail) => {
    let body = allocate(buffers, length ?? 64 * 1024, alignAt);
    let filled = 0;
    request.on('data', (chunk: Buffer) => {
      if (filled + chunk.length > limit) {
        request.removeAllListeners('data');
        fail(tooLarge(limit));
        return;
      }
      if (filled + chunk.length > body.length) {
        const larger = allocate(buffers, Math.max(2 * body.length, filled + chunk.length), alignAt);
        larger.set(body.subarray(0, filled));
        body = larger;
      }
      body.set(chunk, filled);
      filled += chunk.length;
    });
    request.on('end', () => done(body.subarray(0, filled)));
    request.on('error', fail);
    request.on('close', () => {
      if (!request.complete) fail(cutOff());
    });
  });
}

function allocate(buffers: BufferPool, length: number, alignAt: number): Uint8Array<ArrayBuffer> {
  const offset = (alignment - (alignAt % alignment)) % alignment;
  return new Uint8Array(buffers.take(offset + length), offset, length);
}

function tooLarge(limit: number): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'request_too_large',
    message: `the request is larger than ${limit} bytes`,
    action: 'Send fewer items at once, or serve with a larger --max-request-bytes.',
  });
}

function cutOff(): UserError {
  return new UserError({
    kind: 'gone',
    code: 'request_abandoned',
    message: 'the caller went away before its request was whole',
    action: 'Send it again.',
  });
}
