import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';

export interface NetworkAddress {
  readonly url: string;
  readonly sha256: string;
  readonly bytes: number;
}

export interface FetchOptions {
  /** Where networks are kept, by their digests; what was begun there is gone on with. */
  readonly folder: string;
  readonly onProgress?: (done: number, total: number) => void;
  /** How often a broken connection is taken up again. */
  readonly attempts?: number;
  /** Gives up when no byte came for so long. */
  readonly silenceMs?: number;
}

/**
 * Fetches a network by address and digest. What is there already is checked and used; what broke off is gone on with
 * where the server can (`Range`). Never more than the announced bytes are read. Answers the file's path.
 */
export async function fetchNetwork(address: NetworkAddress, options: FetchOptions): Promise<string> {
  requireSafe(address.url);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const file = join(options.folder, `${address.sha256}.onnx`);
  if ((await sizeOf(file)) === address.bytes && (await sha256Of(file)) === address.sha256) return file;
  const part = `${file}.part`;
  const attempts = options.attempts ?? 5;
  for (let attempt = 1; ; attempt++) {
    try {
      await download(address, part, options);
      break;
    } catch (error) {
      if (error instanceof UserError || attempt >= attempts) throw asFault(error, address);
    }
  }
  const actual = await sha256Of(part);
  if (actual !== address.sha256) {
    // Going on with it next time would give the same.
    await rm(part);
    throw new UserError({
      kind: 'conflict',
      code: 'network_digest_differs',
      message: `${address.url} has the SHA-256 ${actual}, not ${address.sha256}.`,
      action: 'Find out which file was meant; only then change the digest in the manifest.',
    });
  }
  await rename(part, file);
  return file;
}

async function download({ url, bytes }: NetworkAddress, part: string, options: FetchOptions): Promise<void> {
  let done = await sizeOf(part);
  if (done > bytes) {
    await rm(part);
    done = 0;
  }
  if (done === bytes) return;
  const silence = new AbortController();
  const wait = () =>
    setTimeout(() => silence.abort(new Error('no byte came for a while')), options.silenceMs ?? 30_000);
  let timer = wait();
  try {
    const headers: Record<string, string> = done > 0 ? { range: `bytes=${done}-` } : {};
    const response = await fetch(url, { headers, signal: silence.signal });
    requireSafe(response.url);
    if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
    if (!response.ok || !response.body) throw refused(url, `the server answered ${response.status}`);
    // A server that knows no ranges starts from the beginning.
    if (response.status !== 206) done = 0;
    const announced = Number(response.headers.get('content-length') ?? bytes - done);
    if (done + announced > bytes) throw tooLarge(url, bytes, done + announced);
    const output = await open(part, done > 0 ? 'r+' : 'w', 0o600);
    try {
      const reader = response.body.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        const chunk = next.value;
        clearTimeout(timer);
        timer = wait();
        if (done + chunk.length > bytes) throw tooLarge(url, bytes, done + chunk.length);
        await output.write(chunk, 0, chunk.length, done);
        done += chunk.length;
        options.onProgress?.(done, bytes);
      }
      await output.sync();
    } finally {
      await output.close();
    }
  } finally {
    clearTimeout(timer);
  }
  if (done < bytes) throw new Error(`the connection broke off after ${done} of ${bytes} bytes`);
}

/** Over the network only by https: a digest says what a file is, not who saw it asked for. */
function requireSafe(url: string): void {
  const { protocol, hostname } = new URL(url);
  const here = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol === 'https:' || (protocol === 'http:' && here)) return;
  throw new UserError({
    kind: 'invalid',
    code: 'network_address_unsafe',
    message: `${url} is not an https address.`,
    action: 'Give an https address, or a file beside the manifest.',
  });
}

function tooLarge(url: string, bytes: number, received: number): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'network_too_large',
    message: `${url} has more than the ${bytes} bytes that the manifest announces (${received} at least).`,
    action: 'Find out which file was meant; only then change the size in the manifest.',
  });
}

function refused(url: string, reason: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'network_unavailable',
    message: `${url} cannot be fetched: ${reason}.`,
    action: 'Check the address, or fetch the file another way and name it as "file" in the manifest.',
  });
}

function asFault(error: unknown, { url }: NetworkAddress): UserError {
  if (error instanceof UserError) return error;
  const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
  return refused(url, cause);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
