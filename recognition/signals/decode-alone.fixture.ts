import { readFile } from 'node:fs/promises';
import { messageOf, UserError } from '@visavox/core/errors';
import { decodeAudio } from './audio.ts';
import { decodeImage } from './image.ts';

/** Decodes files in a process of its own, one after another, and prints what came of each and by how much the process grew. */
const [warmUp, ...files] = process.argv.slice(2);
const decode = async (file: string) => {
  const bytes = new Uint8Array(await readFile(file));
  await (/\.(png|jpg|webp)$/.test(file) ? decodeImage(bytes) : decodeAudio(bytes));
};
const peak = () => process.resourceUsage().maxRSS / 1024;
await decode(warmUp ?? '');
for (const file of files) {
  const before = peak();
  const outcome = await decode(file).then(
    () => 'decoded',
    (error: unknown) => (error instanceof UserError ? error.code : messageOf(error)),
  );
  process.stdout.write(`${JSON.stringify({ outcome, grewBy: Math.round(peak() - before) })}\n`);
}
