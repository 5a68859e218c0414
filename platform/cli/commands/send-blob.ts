import { open } from 'node:fs/promises';
import { uploadPartBytes } from '@visavox/core/blob-uploads';
import type { DatasetItem } from '@visavox/core/dataset';
import { Digest, digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { z } from 'zod';
import type { CommandContext } from '../plugin.ts';
import { folderFault } from './dataset-folder.ts';

const Parts = z.object({
  stored: z.boolean(),
  parts: z.array(z.object({ number: z.number(), digest: Digest })),
});
const Joined = z.object({ state: z.enum(['stored', 'storing']) });

/** A file, and what it is called there. */
export interface SentFile {
  readonly item: Pick<DatasetItem, 'key' | 'digest' | 'bytes'>;
  readonly path: string;
}

/**
 * Sends a file under its digest, in parts where it is large: what an interrupted import has sent is not sent again.
 * `sent` is told how many bytes have gone. Throws a UserError that names the file where it is not any more what it was.
 */
export async function sendBlob(
  request: CommandContext['request'],
  { item, path }: SentFile,
  sent: (bytes: number) => void,
): Promise<void> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw folderFault(`${item.key} cannot be read any more`, 'Import the folder again.', cause);
  });
  try {
    const part = async (number: number) => {
      const start = number * uploadPartBytes;
      const bytes = Buffer.alloc(Math.min(uploadPartBytes, item.bytes - start));
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw changed(item);
        filled += bytesRead;
      }
      return bytes;
    };
    if (item.bytes <= uploadPartBytes) {
      const bytes = await part(0);
      if (digestOf(bytes) !== item.digest) throw changed(item);
      await request('PUT', `/api/v1/blobs/${item.digest}`, bytes);
      sent(item.bytes);
    } else await sendParts(request, item, part, sent);
  } catch (error) {
    throw error instanceof UserError && error.code === 'digest_mismatch' ? changed(item) : error;
  } finally {
    await file.close();
  }
}

async function sendParts(
  request: CommandContext['request'],
  item: SentFile['item'],
  read: (number: number) => Promise<Uint8Array>,
  sent: (bytes: number) => void,
): Promise<void> {
  const url = `/api/v1/blobs/${item.digest}/parts`;
  const there = Parts.parse(await request('GET', url));
  const known = new Map(there.parts.map(({ number, digest }) => [number, digest]));
  const digests: Digest[] = [];
  const count = there.stored ? 0 : Math.ceil(item.bytes / uploadPartBytes);
  for (let number = 0; number < count; number++) {
    const bytes = await read(number);
    const digest = digestOf(bytes);
    digests.push(digest);
    if (known.get(number) !== digest) await request('PUT', `${url}/${number}`, bytes);
    sent(bytes.length);
  }
  if (there.stored) return sent(item.bytes);
  while (Joined.parse(await request('POST', url, { parts: digests })).state === 'storing');
}

/** A file that is not any more what it was when its digest was computed. */
export function changed({ key }: SentFile['item']): UserError {
  return folderFault(
    `${key} changed while it was sent`,
    'Wait until nobody writes to it, then import the folder again: what has arrived is kept.',
  );
}
