import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isArchive, withArchive } from './archive.ts';

const python = process.env.VISAVOX_PYTHON ?? 'python3';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-archives-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Writes an archive with Python, which writes whatever one asks for. */
async function made(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  const packed = `
import io, sys, tarfile, zipfile, stat
path = sys.argv[1]
def member(name, data=b'', type=tarfile.REGTYPE, link=''):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), type, link
    return info, io.BytesIO(data)
${script}`;
  await promisify(execFile)(python, ['-c', packed, file]);
  return file;
}

const tarOf = (name: string, members: string, mode = name.endsWith('.tar') ? 'w' : 'w:gz') =>
  made(
    name,
    `with tarfile.open(path, '${mode}') as archive:
    for one in [${members}]: archive.addfile(*one)`,
  );
const zipOf = (name: string, lines: string) =>
  made(
    name,
    `with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as archive:\n    ${lines.split('\n').join('\n    ')}`,
  );

async function filesOf(archive: string): Promise<Record<string, string>> {
  return withArchive(archive, async (unpacked) => {
    const found: Record<string, string> = {};
    for (const entry of await readdir(unpacked, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) {
        const path = join(entry.parentPath, entry.name);
        found[path.slice(unpacked.length + 1)] = await readFile(path, 'utf8');
      }
    return found;
  });
}

const leftOver = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('visavox-archive-'));

describe('an archive', () => {
  const content = { 'cats/one.txt': 'miaow', 'dogs/two.txt': 'woof' };
  const members = "member('cats/one.txt', b'miaow'), member('./dogs/two.txt', b'woof')";

  it('is its files, whatever it was packed by', async () => {
    for (const name of ['pets.tar', 'pets.tar.gz', 'pets.TGZ']) {
      const file = await tarOf(name, members);
      expect(await isArchive(file)).toBe(true);
      expect(await filesOf(file), name).toEqual(content);
    }
    const file = await zipOf(
      'pets.zip',
      "archive.writestr('cats/', '')\narchive.writestr('cats/one.txt', 'miaow')\narchive.writestr('dogs/two.txt', 'woof')",
    );
    expect(await filesOf(file)).toEqual(content);
    expect(await leftOver()).toEqual([]);
  });

  it('is told from a folder of that name, and from other files', async () => {
    await mkdir(join(folder, 'a.zip'));
    expect(await isArchive(join(folder, 'a.zip'))).toBe(false);
    expect(await isArchive(join(folder, 'nothing.zip'))).toBe(false);
    await writeFile(join(folder, 'notes.txt'), '');
    expect(await isArchive(join(folder, 'notes.txt'))).toBe(false);
  });

  it.each([
    [
      'climbs out',
      'up.tar',
      "member('fine.txt', b'x'), member('../out.txt', b'x')",
      /\.\.\/out\.txt.*outside/,
    ],
    ['starts at the root', 'root.tgz', "member('/etc/out.txt', b'x')", /\/etc\/out\.txt.*outside/],
    [
      'is a link',
      'link.tar',
      "member('a', type=tarfile.SYMTYPE, link='/etc/passwd')",
      /"a" is no file, but a SymbolicLink/,
    ],
    [
      'is a hard link',
      'hard.tar',
      "member('a', b'x'), member('b', type=tarfile.LNKTYPE, link='a')",
      /"b" is no file/,
    ],
    ['is a device', 'device.tar', "member('null', type=tarfile.CHRTYPE)", /"null" is no file/],
    ['is there twice', 'twice.tar', "member('a', b'x'), member('./a', b'y')", /"\.\/a" is in it twice/],
    ['is missing', 'none.tar', "member('folder', type=tarfile.DIRTYPE)", /there are no files in it/],
  ])(
    'is refused with a file in it that %s, before anything is unpacked',
    async (_what, name, given, said) => {
      const file = await tarOf(name, given);
      await expect(filesOf(file)).rejects.toMatchObject({
        ...{ kind: 'invalid', code: 'archive_unusable', message: expect.stringMatching(said) },
      });
      expect(await leftOver()).toEqual([]);
    },
  );

  it.each([
    ['climbs out', 'up.zip', "archive.writestr('../out.txt', 'x')", /out\.txt|relative path/],
    ['starts at the root', 'root.zip', "archive.writestr('/out.txt', 'x')", /out\.txt|absolute path/],
    [
      'has another system’s path',
      'back.zip',
      "archive.writestr('a\\\\b.txt', 'x')",
      /invalid characters|outside/,
    ],
    [
      'is a link',
      'link.zip',
      "info = zipfile.ZipInfo('a')\ninfo.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16\narchive.writestr(info, '/etc/passwd')",
      /"a" is no file, but a link/,
    ],
    [
      'is there twice',
      'twice.zip',
      "import warnings\nwarnings.simplefilter('ignore')\narchive.writestr('a', 'x')\narchive.writestr('a', 'y')",
      /"a" is in it twice/,
    ],
    [
      'is encrypted',
      'secret.zip',
      "archive.writestr('a', 'x')\narchive.filelist[0].flag_bits |= 1",
      /"a" is encrypted/,
    ],
  ])('packed by zip is refused with a file in it that %s', async (_what, name, lines, said) => {
    const file = await zipOf(name, lines);
    await expect(filesOf(file)).rejects.toMatchObject({
      ...{ code: 'archive_unusable', message: expect.stringMatching(said) },
    });
    expect(await leftOver()).toEqual([]);
  });

  it.each(['tar', 'tar.gz', 'zip'])('that was cut off anywhere is refused: %s', async (kind) => {
    const whole =
      kind === 'zip'
        ? await zipOf('cut.zip', "for index in range(20): archive.writestr(f'{index}.txt', 'text' * 500)")
        : await tarOf(`cut.${kind}`, "*[member(f'{index}.txt', b'text' * 500) for index in range(20)]");
    const bytes = await readFile(whole);
    // What follows the two blocks of zeros at the end of a tar is padding.
    const most = kind === 'tar' ? 20 * 2560 + 512 : bytes.length - 1;
    for (const share of [0, 0.2, 0.5, 0.8, 1]) {
      await writeFile(whole, bytes);
      await truncate(whole, Math.floor(most * share));
      await expect(filesOf(whole), `${share}`).rejects.toMatchObject({ code: 'archive_unusable' });
    }
    expect(await leftOver()).toEqual([]);
  });

  it('with a byte that was changed is refused', async () => {
    const file = await zipOf('changed.zip', "archive.writestr('a.txt', 'text' * 500)");
    const bytes = await readFile(file);
    bytes[40] = (bytes[40] ?? 0) ^ 0xff;
    await writeFile(file, bytes);
    await expect(filesOf(file)).rejects.toMatchObject({ code: 'archive_unusable' });
  });

  it('is no archive because it is called one', async () => {
    for (const name of ['words.zip', 'words.tar', 'words.tgz']) {
      await writeFile(join(folder, name), 'these are words');
      await expect(filesOf(join(folder, name)), name).rejects.toMatchObject({ code: 'archive_unusable' });
    }
  });
});
