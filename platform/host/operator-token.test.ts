import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openOperatorToken, operatorTokenFile, rotateOperatorToken } from './operator-token.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-token-'));
  file = operatorTokenFile(join(folder, 'secrets'));
});
afterEach(() => rm(folder, { recursive: true }));

it('is made once, and the new one counts while the server runs', async () => {
  const token = await openOperatorToken(file);
  const first = await token();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await (await openOperatorToken(file))()).toBe(first);
  await rotateOperatorToken(file);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const next = (await readFile(file, 'utf8')).trim();
  expect(next).not.toBe(first);
  await vi.waitFor(async () => expect(await token()).toBe(next), { timeout: 10_000, interval: 100 });
});

it('stays what it was while its file is away or empty', async () => {
  const token = await openOperatorToken(file);
  const first = await token();
  await writeFile(file, '');
  await new Promise((done) => setTimeout(done, 2500));
  expect(await token()).toBe(first);
  await rm(file);
  await new Promise((done) => setTimeout(done, 2500));
  expect(await token()).toBe(first);
});

it('is refused where somebody could guess it', async () => {
  await rotateOperatorToken(file);
  await writeFile(file, 'secret\n');
  await expect(openOperatorToken(file)).rejects.toMatchObject({ code: 'operator_token_weak' });
  await writeFile(file, '\n');
  await expect(openOperatorToken(file)).rejects.toMatchObject({ code: 'operator_token_weak' });
});
