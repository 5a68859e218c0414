import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { DecodingProcess } from './decoding-process.ts';

const generous = { deadlineMs: 30_000, deadlineEachMs: 0, megabytes: 2000, patient: false };
let photograph: Uint8Array;
let started: DecodingProcess;
beforeAll(async () => {
  const white = { width: 8000, height: 5000, channels: 3, background: '#fff' } as const;
  photograph = await sharp({ create: white }).png({ progressive: true }).toBuffer();
});
afterEach(() => started.close());

async function decode(): Promise<void> {
  for await (const _ of started.run('large-image', [photograph]));
}

it('is ended by a file that takes too long', async () => {
  started = await DecodingProcess.start({ ...generous, deadlineMs: 20 });
  await expect(decode()).rejects.toMatchObject({ message: expect.stringContaining('longer than 0.02 s') });
  expect(started.alive).toBe(false);
});

it('is ended by a file that takes too much memory', async () => {
  started = await DecodingProcess.start({ ...generous, megabytes: 100 });
  await expect(decode()).rejects.toMatchObject({ message: expect.stringContaining('more than 100 MB') });
});

it('knows none of the secrets of the process that starts it', async () => {
  process.env.VISAVOX_KEY = 'a secret';
  started = await DecodingProcess.start(generous);
  delete process.env.VISAVOX_KEY;
  await decode();
  if (process.platform === 'linux')
    expect(await readFile(`/proc/${started.pid}/environ`, 'latin1')).not.toContain('a secret');
});
