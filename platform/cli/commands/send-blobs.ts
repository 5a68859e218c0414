import { readFile } from 'node:fs/promises';
import { type PackedBlob, packBlobs, packBytes, packOf } from '@visavox/core/blob-pack';
import { digestOf } from '@visavox/core/digest';
import type { CommandContext } from '../plugin.ts';
import { folderFault } from './dataset-folder.ts';
import { changed, type SentFile, sendBlob } from './send-blob.ts';

/** Larger ones are sent by themselves: what a request costs is little beside them. */
const smallBytes = 256 << 10;
/** One pack is stored while the next is read. */
const atOnce = 2;

/** Sends files under their digests, small ones many at a time. `sent` is told how many bytes have gone. */
export async function sendBlobs(
  request: CommandContext['request'],
  files: readonly SentFile[],
  sent: (bytes: number) => void,
): Promise<void> {
  const left = packed(files);
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let pack = left.shift(); pack; pack = left.shift()) await sendPack(request, pack, sent);
    }),
  );
}

async function sendPack(
  request: CommandContext['request'],
  pack: readonly SentFile[],
  sent: (bytes: number) => void,
): Promise<void> {
  const [first, ...others] = pack;
  if (first && others.length === 0) return sendBlob(request, first, sent);
  const blobs: PackedBlob[] = [];
  for (const file of pack) blobs.push(await read(file));
  await request('POST', '/api/v1/blobs', packOf(blobs));
  sent(pack.reduce((sum, { item }) => sum + item.bytes, 0));
}

async function read({ item, path }: SentFile): Promise<PackedBlob> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw folderFault(`${item.key} cannot be read any more`, 'Import the folder again.', cause);
  });
  if (digestOf(bytes) !== item.digest) throw changed(item);
  return { digest: item.digest, bytes };
}

function packed(files: readonly SentFile[]): SentFile[][] {
  const packs: SentFile[][] = [];
  let pack: SentFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (file.item.bytes > smallBytes) {
      packs.push([file]);
      continue;
    }
    if (pack.length === packBlobs || (pack.length > 0 && bytes + file.item.bytes > packBytes)) {
      packs.push(pack);
      [pack, bytes] = [[], 0];
    }
    pack.push(file);
    bytes += file.item.bytes;
  }
  return pack.length > 0 ? [...packs, pack] : packs;
}
