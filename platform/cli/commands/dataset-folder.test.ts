import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { datasetVersion, labelsText } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { itemsOfFolder } from './dataset-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'visavox-folder-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const path = join(root, name);
  await mkdir(path, { recursive: true });
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), content);
  }
  return path;
}

const contents = (path: string) => itemsOfFolder(path, { labels: {}, progress: () => () => {} });
const keys = async (path: string) => (await contents(path)).items.map(({ item }) => item.key);
const version = async (path: string) =>
  datasetVersion(
    'things',
    (await contents(path)).items.map(({ item }) => item),
  );
const labels = async (path: string) =>
  Object.fromEntries((await contents(path)).items.map(({ item }) => [item.key, item.labels]));

test('equal folders are equal versions, whatever they are called', async () => {
  const files = { 'a.txt': 'a', 'deep/b.txt': 'b', 'metadata.csv': 'file_name,kind\na.txt,letter\n' };
  const one = await version(await folder('one', files));
  const two = await version(await folder('two', files));
  expect(two.digest).toBe(one.digest);
  await rm(join(root, 'two', 'metadata.csv'));
  await writeFile(join(root, 'two', 'metadata.csv'), labelsText(one.manifest.items) ?? '');
  expect((await version(join(root, 'two'))).digest).toBe(one.digest);
});

test('empty files are items, and what is left out is said', async () => {
  const path = await folder('odd', {
    'empty.txt': '',
    '.DS_Store': 'x',
    '.git/config': 'y',
    'a/.hidden': 'z',
  });
  await mkdir(join(path, 'nothing'));
  const server = createServer().listen(join(path, 'a.sock'));
  const { items, leftOut } = await contents(path);
  server.close();
  expect(items.map(({ item }) => item)).toMatchObject([{ key: 'empty.txt', bytes: 0, digest: digestOf('') }]);
  expect(leftOut).toEqual([
    { key: '.DS_Store', why: 'hidden' },
    { key: '.git', why: 'hidden' },
    { key: 'a/.hidden', why: 'hidden' },
    { key: 'a.sock', why: 'a socket' },
    { key: 'nothing/', why: 'an empty folder' },
  ]);
});

describe('links', () => {
  it('are followed inside the folder', async () => {
    const path = await folder('links', { 'target.txt': 't', 'folder/b.txt': 'b' });
    await symlink('target.txt', join(path, 'link.txt'));
    await symlink('folder', join(path, 'linked-folder'));
    expect(await keys(path)).toEqual(['folder/b.txt', 'link.txt', 'linked-folder/b.txt', 'target.txt']);
    await symlink(path, join(root, 'itself'));
    expect((await version(join(root, 'itself'))).digest).toBe((await version(path)).digest);
  });

  it.each([
    ['../outside.txt', /^the link a\/odd leads out of the folder, to .*outside\.txt$/],
    ['gone.txt', /^the link a\/odd leads to gone\.txt, which cannot be read/],
    ['..', /^the link a\/odd leads to a folder that it is in$/],
    ['odd', /^the link a\/odd leads to odd, which cannot be read/],
  ])('to %s are refused by name', async (target, message) => {
    await folder('.', { 'outside.txt': 'x' });
    const path = await folder('links', { 'a/b.txt': 'b' });
    await symlink(target === '../outside.txt' ? '../../outside.txt' : target, join(path, 'a', 'odd'));
    await expect(contents(path)).rejects.toMatchObject({
      code: 'folder_unusable',
      message: expect.stringMatching(message),
    });
  });
});

describe('names', () => {
  it('that are not UTF-8 are refused, with how to rename them', async () => {
    const path = await folder('latin', { 'a.txt': 'a' });
    await writeFile(Buffer.concat([Buffer.from(`${path}/caf`), Buffer.from([0xe9, 0x2e, 0x6a])]), 'x');
    await expect(contents(path)).rejects.toMatchObject({
      message: 'the name caf\\xe9.j is not UTF-8',
      action: expect.stringContaining('convmv'),
    });
  });

  it('are one name in whatever form of Unicode a disk keeps them', async () => {
    const composed = await folder('composed', {
      'café/ü.txt': '1',
      'metadata.csv': 'file_name,kind\ncafé/ü.txt,x\n',
    });
    const decomposed = await folder('decomposed', {
      ['café/ü.txt'.normalize('NFD')]: '1',
      'metadata.csv': 'file_name,kind\ncafé/ü.txt,x\n'.normalize('NFD'),
    });
    expect((await version(decomposed)).digest).toBe((await version(composed)).digest);
    await writeFile(
      join(composed, 'café/ü.txt'.normalize('NFD').replace('café'.normalize('NFD'), 'café')),
      '2',
    );
    await expect(contents(composed)).rejects.toThrow(/^café\/ü\.txt is there twice/);
  });

  it('that differ in case only are taken, and pointed out', async () => {
    const { items, alike } = await contents(
      await folder('case', { 'A.txt': '1', 'a.txt': '2', 'b.txt': '3' }),
    );
    expect(items.length).toBe(3);
    expect(alike).toEqual([['A.txt', 'a.txt']]);
  });

  it('that are too long for the API are refused before anything is sent', async () => {
    const long = Array.from({ length: 6 }, () => 'x'.repeat(200)).join('/');
    await expect(contents(await folder('long', { [`${long}/a.txt`]: 'a' }))).rejects.toThrow(
      'more than 1000',
    );
  });
});

describe('files that cannot be read', () => {
  it('are named', async () => {
    await expect(contents(join(root, 'nowhere'))).rejects.toThrow(/nowhere cannot be read/);
    const path = await folder('locked', { 'a.txt': 'a', 'b.txt': 'b' });
    await chmod(join(path, 'b.txt'), 0);
    const asRoot = process.getuid?.() === 0;
    if (!asRoot) await expect(contents(path)).rejects.toThrow(/^b\.txt cannot be read: EACCES/);
  });
});

describe('metadata.csv', () => {
  const two = (csv: string | Uint8Array) =>
    folder('labelled', { 'a.txt': 'a', 'b/c.txt': 'c', 'metadata.csv': csv });
  const expected = { 'a.txt': { kind: 'x' }, 'b/c.txt': { folder: 'b', kind: 'y, z' } };

  it.each<[string, string | Uint8Array]>([
    ['commas', 'file_name,kind\na.txt,x\nb/c.txt,"y, z"\n'],
    ['semicolons, as Excel writes them in France', 'file_name;kind\r\na.txt;x\r\nb/c.txt;y, z\r\n'],
    ['tabs', 'file_name\tkind\na.txt\tx\nb/c.txt\ty, z\n'],
    ['bars', 'file_name|kind\na.txt|x\nb/c.txt|y, z\n'],
    ['a byte order mark', '\uFEFFfile_name;kind\na.txt;x\nb/c.txt;y, z\n'],
    ['a line that names the separator', 'sep=;\r\nfile_name;kind\r\na.txt;x\r\nb/c.txt;y, z\r\n'],
    ['the file names last', 'kind;file_name\nx;a.txt\ny, z;b/c.txt\n'],
    [
      'UTF-16, as Excel writes "Unicode text"',
      Buffer.from('\uFEFFfile_name\tkind\na.txt\tx\nb/c.txt\ty, z\n', 'utf16le'),
    ],
    ['paths of Windows', 'file_name,kind\n.\\a.txt,x\nb\\c.txt,"y, z"\n'],
    ['empty columns at the end', 'file_name;kind;;\na.txt;x;;\nb/c.txt;y, z;;\n'],
    ['empty lines and labels', 'file_name,kind,more\n\na.txt,x,\n\nb/c.txt,"y, z",\n'],
  ])('is read with %s', async (_, csv) => {
    expect(await labels(await two(csv))).toEqual(expected);
  });

  it('may hold line breaks and quotes', async () => {
    const path = await two('file_name,note\na.txt,"two\nlines, ""quoted"""\n');
    expect((await labels(path))['a.txt']).toEqual({ note: 'two\nlines, "quoted"' });
    const { items } = await contents(path);
    await writeFile(join(path, 'metadata.csv'), labelsText(items.map(({ item }) => item)) ?? '');
    expect((await labels(path))['a.txt']).toEqual({ note: 'two\nlines, "quoted"' });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['a file that is not there', 'file_name,k\nz.txt,1\n', /row 1: there is no file "z\.txt"/],
    ['a row without a file', 'file_name,k\na.txt,1\n,2\n', /row 2: there is no file ""/],
    ['a file twice', 'file_name,k\na.txt,1\nb/c.txt,2\n./a.txt,3\n', /rows 1 and 3 are both about a\.txt/],
    ['no column of file names', 'name,k\na.txt,1\n', /no column file_name: its first line is "name,k"/],
    ['nothing in it', '', /no column file_name/],
    ['a row that is too long', 'file_name,k\na.txt,1,2\n', /is no CSV: .*line 2/],
    ['a column twice', 'file_name,k,k\na.txt,1,2\n', /two columns k/],
    ['a column without a name', 'file_name,\na.txt,1\n', /a column without a name/],
    ['another encoding', Buffer.from('file_name,k\na.txt,caf\xe9\n', 'latin1'), /is not UTF-8/],
    ['a quote that does not end', 'file_name,k\na.txt,"1\n', /is no CSV/],
  ])('with %s is refused', async (_, csv, message) => {
    await expect(contents(await two(csv))).rejects.toMatchObject({
      code: 'folder_unusable',
      message: expect.stringMatching(message),
    });
  });

  it('is a folder like others where it is one', async () => {
    const path = await folder('nested', { 'metadata.csv/a.txt': 'a', 'b.txt': 'b' });
    expect(await keys(path)).toEqual(['b.txt', 'metadata.csv/a.txt']);
  });
});

test('a copy of a folder is the same version', async () => {
  const path = await folder('one', { 'a b/ü.txt': '1', "it's; odd,name.txt": '2', 'line\nbreak.txt': '3' });
  await cp(path, join(root, 'copy'), { recursive: true });
  expect((await version(join(root, 'copy'))).digest).toBe((await version(path)).digest);
});
