import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { blobKey, hasBlob } from '@visavox/core/object-store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactExists, fetchArtifact, folderMediaType, storeArtifact, storeFiles } from './artifacts.ts';
import { MemoryObjectStore } from './testing.ts';

let folder: string;
let objects: MemoryObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-artifacts-'));
  objects = new MemoryObjectStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** What was stored, as somebody who is given it finds it. */
async function comesBack(stored: Awaited<ReturnType<typeof storeArtifact>>): Promise<Record<string, string>> {
  const to = await mkdtemp(join(folder, 'back-'));
  const metadata = stored.isFolder ? { mediaType: folderMediaType } : {};
  await fetchArtifact(objects, { name: 'model', digest: stored.digest, metadata }, join(to, 'it'));
  if (!stored.isFolder) return { '': await readFile(join(to, 'it'), 'utf8') };
  const files = await readdir(join(to, 'it'), { recursive: true, withFileTypes: true });
  const texts = files
    .filter((file) => file.isFile())
    .map(async (file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(join(to, 'it').length + 1), await readFile(path, 'utf8')] as const;
    });
  return Object.fromEntries((await Promise.all(texts)).sort());
}

describe('links in a task’s output', () => {
  it('are kept as what they lead to: a file, a folder, the output itself', async () => {
    const output = join(folder, 'output');
    await mkdir(join(output, 'blobs'), { recursive: true });
    await writeFile(join(output, 'blobs', '1'), 'weights');
    await writeFile(join(folder, 'tokens.txt'), 'tokens');
    await symlink('blobs/1', join(output, 'model.bin'));
    await symlink('blobs', join(output, 'snapshot'));
    await symlink(join(folder, 'tokens.txt'), join(output, 'tokens.txt'));
    const expected = {
      'blobs/1': 'weights',
      'model.bin': 'weights',
      'snapshot/1': 'weights',
      'tokens.txt': 'tokens',
    };
    expect(await comesBack(await storeArtifact(objects, output))).toEqual(expected);
    await symlink(output, join(folder, 'linked'));
    expect(await comesBack(await storeArtifact(objects, join(folder, 'linked')))).toEqual(expected);
  });

  it.each([
    ['a folder somewhere else', '/etc', /the link odd leads out of the folder, to \/etc/],
    ['nothing', 'gone', /the link odd leads to gone, which cannot be read/],
    ['themselves', 'odd', /the link odd leads to odd, which cannot be read/],
    ['a folder that they are in', '.', /the link odd leads to a folder that it is in/],
  ])('that lead to %s are refused by name', async (_, target, message) => {
    await writeFile(join(folder, 'good.txt'), 'good');
    await symlink(target, join(folder, 'odd'));
    await expect(storeArtifact(objects, folder)).rejects.toThrow(message);
  });
});

it('refuses a socket by name', async () => {
  const server = createServer().listen(join(folder, 'a.sock'));
  await expect(storeArtifact(objects, folder)).rejects.toThrow(/a\.sock is neither a file nor a folder/);
  server.close();
});

it('refuses a name that is not UTF-8, and says how it is written', async () => {
  await writeFile(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9, 0x2e, 0x68, 0x35])]), 'x');
  await expect(storeArtifact(objects, folder)).rejects.toMatchObject({
    code: 'folder_unusable',
    message: 'the name caf\\xe9.h5 is not UTF-8',
    action: expect.stringContaining('convmv'),
  });
});

it('stores what comes as streams, one of them as a file, none as an empty one', async () => {
  async function* words(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text);
  }
  const tree = [
    { path: 'b', content: words('two ', 'words') },
    { path: 'a/1', content: words() },
  ];
  expect(await comesBack(await storeFiles(objects, tree))).toEqual({ 'a/1': '', b: 'two words' });
  const single = await storeFiles(objects, [{ path: '', content: words('alone') }]);
  expect(single).toEqual({ digest: digestOf('alone'), bytes: 5, isFolder: false });
  expect(await storeFiles(objects, [])).toEqual({ digest: digestOf(''), bytes: 0, isFolder: false });
});

describe('a damaged file of an artifact', () => {
  it('is named, counts as missing from then on, and is healed by the step that makes it again', async () => {
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', 'weights.bin'), 'weights');
    const stored = await storeArtifact(objects, join(folder, 'out'));
    const artifact = { name: 'model', digest: stored.digest, metadata: { mediaType: folderMediaType } };
    await objects.put(blobKey(digestOf('weights')), Buffer.from('weighty'));
    expect(await artifactExists(objects, artifact)).toBe(true);
    await expect(fetchArtifact(objects, artifact, join(folder, 'in'))).rejects.toThrow(
      /^model\/weights\.bin .* is corrupted/,
    );
    expect(await readdir(join(folder, 'in'))).toEqual([]);
    expect(await artifactExists(objects, artifact)).toBe(false);
    await storeArtifact(objects, join(folder, 'out'));
    expect(await hasBlob(objects, digestOf('weights'))).toBe(true);
    expect(await comesBack(stored)).toEqual({ 'weights.bin': 'weights' });
  });
});
