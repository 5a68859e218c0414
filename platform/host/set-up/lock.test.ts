import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** A process that notes when it is in and when it is out, `times` times. */
const visitor = `
  import { appendFileSync } from 'node:fs';
  import { alone } from ${JSON.stringify(join(import.meta.dirname, 'lock.mjs'))};
  const [folder, name, times] = process.argv.slice(1);
  for (let time = 0; time < Number(times); time++) {
    await alone(folder, async () => {
      appendFileSync(folder + '/visits', name + ' in\\n');
      await new Promise((resolve) => setTimeout(resolve, 5));
      appendFileSync(folder + '/visits', name + ' out\\n');
    });
  }`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const visit = (name: string, times: number) =>
  spawn(process.execPath, ['--input-type=module', '-e', visitor, folder, name, String(times)], {
    stdio: 'inherit',
  });

describe('two set-ups at once', () => {
  it('take turns', async () => {
    const visitors = ['a', 'b', 'c'].map((name) => visit(name, 3));
    const codes = await Promise.all(visitors.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    const visits = readFileSync(join(folder, 'visits'), 'utf8').trim().split('\n');
    expect(visits).toHaveLength(18);
    for (let at = 0; at < visits.length; at += 2) {
      expect(visits[at + 1]).toBe(visits[at]!.replace('in', 'out'));
    }
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  it('do not wait for one that was killed', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    mkdirSync(join(folder, 'lock'));
    writeFileSync(join(folder, 'lock', 'pid'), String(gone));
    const [code] = await once(visit('a', 1), 'exit');
    expect(code).toBe(0);
  });
});
