import { open } from 'node:fs/promises';

const mostBytes = 8192;
const mostCharacters = 400;

/** The last line that a program wrote into its log, counted from `from` bytes on; after a Python traceback, its error. */
export async function lastWords(file: string, from: number): Promise<string> {
  const log = await open(file, 'r').catch(() => undefined);
  if (!log) return '';
  try {
    const { size } = await log.stat();
    const length = Math.max(0, Math.min(size - from, mostBytes));
    const { buffer, bytesRead } = await log.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const error = lines.findLast((line) => /^[\w.]*(Error|Exception)\b/.test(line));
    const last = lines.findLast((line) => line.trim() !== '');
    return (error ?? last ?? '').trim().slice(0, mostCharacters);
  } finally {
    await log.close();
  }
}
