import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { endProcessGroup, identify, isRunning, type ProcessIdentity } from './process-identity.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-lock-'));
});

/** A process, and another one that it started. */
async function twoProcesses(): Promise<readonly [ProcessIdentity, ProcessIdentity]> {
  const program = `
    const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    console.log(child.pid);`;
  const leader = spawn(process.execPath, ['-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [child] = await once(leader.stdout.setEncoding('utf8'), 'data');
  const identities = [await identify(leader.pid ?? 0), await identify(Number(child))] as const;
  if (!identities[0] || !identities[1]) throw new Error('the processes are not there');
  return [identities[0], identities[1]];
}

it('is given to one, until that one is done with it', async () => {
  const first = await lockFolder(folder);
  expect(await lockFolder(folder)).toEqual({ heldBy: await identify(process.pid) });
  if ('release' in first) await first.release();
  expect(await lockFolder(folder)).toHaveProperty('release');
});

it('is taken from a dead process by exactly one of many that want it', async () => {
  const [other] = await twoProcesses();
  const held = { ...other, claim: 'x' };
  await writeFile(join(folder, 'lock.json'), JSON.stringify(held));
  expect(await lockFolder(folder)).toEqual({ heldBy: other });

  await endProcessGroup(other);
  const answers = await Promise.all(Array.from({ length: 12 }, () => lockFolder(folder)));
  expect(answers.filter((answer) => 'release' in answer)).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['lock.json']);
});

it('is taken where its file cannot be read', async () => {
  await writeFile(join(folder, 'lock.json'), '{"pid": 1');
  expect(await lockFolder(folder)).toHaveProperty('release');
});

it('tells a process from a later one with the same id', async () => {
  const self = await identify(process.pid);
  expect(self && (await isRunning(self))).toBe(true);
  expect(await isRunning({ pid: process.pid, started: 'earlier' })).toBe(false);
  // Not this one: its start does not fit.
  await endProcessGroup({ pid: process.pid, started: 'earlier' });
});

it('ends a process with all that it started', async () => {
  const [leader, child] = await twoProcesses();
  await endProcessGroup(leader);
  expect(await isRunning(leader)).toBe(false);
  expect(await isRunning(child)).toBe(false);
});
