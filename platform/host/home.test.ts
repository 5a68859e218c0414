import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { requireHome } from './home.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-home-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('is made for its owner alone', async () => {
  const home = join(folder, 'a', 'home');
  await requireHome(home);
  await requireHome(home);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
});

it.each([
  ['is a file', 'file'],
  ['lies below a file', 'file/home'],
])('is named, with the setting, where it %s', async (_, place) => {
  await writeFile(join(folder, 'file'), '');
  await expect(requireHome(join(folder, place))).rejects.toMatchObject({
    code: 'home_unwritable',
    message: expect.stringContaining(join(folder, place)),
    action: expect.stringContaining('VISAVOX_HOME'),
  });
});

it.skipIf(process.getuid?.() === 0)('is named where somebody else may write it only', async () => {
  const home = join(folder, 'locked');
  await mkdir(home);
  await chmod(home, 0o500);
  await expect(requireHome(home)).rejects.toMatchObject({ code: 'home_unwritable' });
});
