import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOfFile, pathInFolder, writeWholeFile } from './files.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('tells a file’s digest and size, also of an empty one', async () => {
  await writeFile(join(folder, 'a'), 'hello');
  await writeFile(join(folder, 'b'), '');
  expect(await digestOfFile(join(folder, 'a'))).toEqual({ digest: digestOf('hello'), bytes: 5 });
  expect(await digestOfFile(join(folder, 'b'))).toEqual({ digest: digestOf(''), bytes: 0 });
});

it('does not take what a file shows that has another size than it says for its content', async () => {
  // Files that the system makes up as they are read say that they are empty: so does one that is being written.
  if (process.platform === 'linux')
    await expect(digestOfFile('/proc/self/status')).rejects.toMatchObject({ code: 'file_changed' });
});

describe('a file that is written', () => {
  it('is there as a whole, with the folders above it', async () => {
    async function* stream() {
      yield Buffer.from('hel');
      yield Buffer.from('lo');
    }
    await writeWholeFile(join(folder, 'a', 'b'), stream());
    expect(await readFile(join(folder, 'a', 'b'), 'utf8')).toBe('hello');
    expect(await readdir(join(folder, 'a'))).toEqual(['b']);
  });

  it('stays what it was where what comes breaks off', async () => {
    await writeFile(join(folder, 'a'), 'before');
    async function* broken() {
      yield Buffer.from('after');
      throw new Error('it broke off');
    }
    await expect(writeWholeFile(join(folder, 'a'), broken())).rejects.toThrow('it broke off');
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('before');
    expect(await readdir(folder)).toEqual(['a']);
  });
});

it.each(['../a', '/etc/passwd', 'a/../../b', '.', 'a/..'])('refuses the key %j, which leads out', (key) => {
  expect(() => pathInFolder('/data/out', key)).toThrow('leads out of /data/out');
});

it('takes keys inside a folder, whatever the folder', () => {
  expect(pathInFolder('/data/out', 'a/./b')).toBe('/data/out/a/b');
  expect(pathInFolder('/', 'a')).toBe('/a');
});
