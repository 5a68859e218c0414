import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Volumes } from './volumes.ts';

let folder: string;
let volumes: Volumes;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-volumes-'));
  volumes = new Volumes(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('opens a claim that was made, or a path in it, until it is removed', async () => {
  await volumes.create('words');
  expect(await volumes.open('exec-step', 'words')).toBe(join(folder, 'words'));
  expect(await volumes.open('exec-step', 'words', 'deep/down')).toBe(join(folder, 'words', 'deep', 'down'));
  await volumes.remove('words');
  await expect(volumes.open('exec-step', 'words')).rejects.toMatchObject({
    code: 'claim_missing',
    action: expect.stringContaining(join(folder, 'words')),
  });
});

it.each([
  ['../words', ''],
  ['', ''],
  ['Words', ''],
  ['words', '../other'],
])(
  'takes no name that leads out of its folder or that Kubernetes does not take: %s %s',
  async (claim, subPath) => {
    await volumes.create('words');
    await expect(volumes.open('exec-step', claim, subPath)).rejects.toMatchObject({ code: 'claim_invalid' });
  },
);
