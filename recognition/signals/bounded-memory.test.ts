import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  pngOfSize,
  silentFlac,
  silentMp3,
  silentOpus,
  silentWebm,
} from './hostile-recordings.test-support.ts';

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-hostile-'));
});
afterAll(() => rm(folder, { recursive: true }));

const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#4080c0' } });

/** Megabytes that a process of its own grows by when it decodes this. */
async function decoded(name: string, bytes: Uint8Array): Promise<{ outcome: string; grewBy: number }> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  const small = join(folder, 'small.png');
  await writeFile(small, await flat(20, 20).png().toBuffer());
  const script = join(import.meta.dirname, 'decode-alone.fixture.ts');
  const { stdout } = await run(process.execPath, ['--import', 'tsx', script, small, file]);
  return JSON.parse(stdout);
}

// The worst of these takes 463 MB where nothing is done about it.
test.each<[string, string, () => Promise<Uint8Array>]>([
  ['image_too_large', '20000x20000.png', async () => pngOfSize(20_000, 20_000)],
  ['decoded', '40-megapixels.png', () => flat(8000, 5000).png({ progressive: true }).toBuffer()],
  [
    'decoded',
    '40-megapixels.jpg',
    () => flat(8000, 5000).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
  ],
  ['decoded', '40-megapixels.webp', () => flat(8000, 5000).webp({ lossless: true }).toBuffer()],
  [
    'audio_too_long',
    'eight-channels.flac',
    async () => silentFlac({ frames: 2700, blockSize: 65_535, channels: 8 }),
  ],
  ['audio_too_long', 'three-hours.ogg', async () => silentOpus(180)],
  ['audio_too_long', 'three-hours.mp3', async () => silentMp3(180)],
  [
    'audio_too_long',
    'three-hours.webm',
    async () => silentWebm(await readFile(join(import.meta.dirname, 'tone.webm')), 180),
  ],
])(
  '%s: %s takes less than 300 MB',
  async (outcome, name, make) => {
    const result = await decoded(name, await make());
    expect(result.outcome).toBe(outcome);
    expect(result.grewBy).toBeLessThan(300);
  },
  60_000,
);
