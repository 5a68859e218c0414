import type { DatasetItem } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { z } from 'zod';
import type { CommandContext } from '../plugin.ts';
import { progressOf } from '../progress.ts';
import type { SentFile } from './send-blob.ts';
import { sendBlobs } from './send-blobs.ts';

const askedAtOnce = 5000;

/** Sends what the server does not have yet of some files, each content once. Returns how many were sent. */
export async function sendFiles(
  { request, log }: Pick<CommandContext, 'request' | 'log'>,
  files: readonly SentFile[],
): Promise<number> {
  const missing = await missingBlobs(
    request,
    files.map(({ item }) => item),
  );
  const byDigest = new Map(files.map((one) => [one.item.digest, one]));
  const toSend = [...byDigest.values()].filter(({ item }) => missing.has(item.digest));
  log(`${files.length} files, ${toSend.length} to be sent`);
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6);
  const total = toSend.reduce((sum, { item }) => sum + item.bytes, 0);
  const progress = progressOf('sent', megabytes(total), ' MB');
  let sent = 0;
  await sendBlobs(request, toSend, (bytes) => {
    sent += bytes;
    progress(megabytes(sent));
  });
  return toSend.length;
}

async function missingBlobs(
  request: CommandContext['request'],
  items: readonly Pick<DatasetItem, 'digest'>[],
): Promise<ReadonlySet<Digest>> {
  const digests = [...new Set(items.map(({ digest }) => digest))];
  const missing = new Set<Digest>();
  for (let start = 0; start < digests.length; start += askedAtOnce) {
    const asked = { digests: digests.slice(start, start + askedAtOnce) };
    const answer = z
      .object({ missing: z.array(Digest) })
      .parse(await request('POST', '/api/v1/blobs/missing', asked));
    for (const digest of answer.missing) missing.add(digest);
  }
  return missing;
}
