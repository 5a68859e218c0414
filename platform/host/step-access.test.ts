import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readStepValue } from './secrets.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-step-secrets-'));
  await mkdir(join(folder, 'steps', 'weather'), { recursive: true });
  await writeFile(join(folder, 'steps', 'weather', 'token'), 'sesame\n');
  await writeFile(join(folder, 'operator.token'), 'power\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('reads what an operator put there for steps, without the newline of an editor', async () => {
  expect(await readStepValue(folder, 'secret', 'weather', 'token')).toBe('sesame');
  expect(await readStepValue(folder, 'secret', 'weather', 'key')).toBeUndefined();
  expect(await readStepValue(folder, 'secret', 'news', 'token')).toBeUndefined();
});

it('reads nothing outside of it', async () => {
  for (const [secret, key] of [
    ['..', 'operator.token'],
    ['weather', '../../operator.token'],
    ['.', 'weather/token'],
    ['weather', ''],
  ] as const)
    expect(await readStepValue(folder, 'secret', secret, key), `${secret}/${key}`).toBeUndefined();
});
