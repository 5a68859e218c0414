import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uploadPartBytes } from '@visavox/core/blob-uploads';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FolderItem } from './dataset-folder.ts';
import { sendBlob } from './send-blob.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-send-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fileOf(content: Uint8Array): Promise<FolderItem> {
  const path = join(folder, 'birds.bin');
  await writeFile(path, content);
  const rest = { mediaType: 'application/octet-stream', labels: {}, provenance: {} };
  return { path, item: { key: 'owls/birds.bin', digest: digestOf(content), bytes: content.length, ...rest } };
}

/** A server that has these parts already, and is done when it is asked for the second time. */
function server(parts: readonly { number: number; digest: string }[] = []) {
  const asked: string[] = [];
  const request = async (method: string, path: string) => {
    asked.push(`${method} ${path.replace(/sha256:[0-9a-f]+/, 'D')}`);
    if (method === 'GET') return { stored: false, parts };
    if (method === 'POST') return { state: asked.at(-2) === asked.at(-1) ? 'stored' : 'storing' };
    return undefined;
  };
  return { asked, request };
}

const large = Buffer.alloc(2 * uploadPartBytes + 10, 'birds');

describe('a file', () => {
  it('goes in one piece where it is small, and empty ones too', async () => {
    const { asked, request } = server();
    let sent = 0;
    for (const content of [Buffer.from('an owl'), Buffer.alloc(0)])
      await sendBlob(request, await fileOf(content), (bytes) => {
        sent += bytes;
      });
    expect(asked).toEqual(['PUT /api/v1/blobs/D', 'PUT /api/v1/blobs/D']);
    expect(sent).toBe(6);
  });

  it('goes in the parts that are not there as they are now, until the server has joined them', async () => {
    const { asked, request } = server([
      { number: 0, digest: digestOf(large.subarray(0, uploadPartBytes)) },
      { number: 1, digest: digestOf('what it was before') },
    ]);
    let sent = 0;
    await sendBlob(request, await fileOf(large), (bytes) => {
      sent += bytes;
    });
    expect(asked).toEqual([
      'GET /api/v1/blobs/D/parts',
      'PUT /api/v1/blobs/D/parts/1',
      'PUT /api/v1/blobs/D/parts/2',
      'POST /api/v1/blobs/D/parts',
      'POST /api/v1/blobs/D/parts',
    ]);
    expect(sent).toBe(large.length);
  });
});

describe('a file that is not what it was', () => {
  const refused = { code: 'folder_unusable', message: 'owls/birds.bin changed while it was sent' };

  it('is named, and not sent', async () => {
    const { asked, request } = server();
    const one = await fileOf(Buffer.from('an owl'));
    await writeFile(one.path, 'a crow');
    await expect(sendBlob(request, one, () => {})).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  });

  it('is named where it became shorter', async () => {
    const one = await fileOf(large);
    await truncate(one.path, uploadPartBytes + 5);
    await expect(sendBlob(server().request, one, () => {})).rejects.toMatchObject(refused);
  });

  it('is named where it is gone', async () => {
    const one = await fileOf(Buffer.from('an owl'));
    await rm(one.path);
    await expect(sendBlob(server().request, one, () => {})).rejects.toThrow(
      'owls/birds.bin cannot be read any more',
    );
  });
});
