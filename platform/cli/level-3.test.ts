import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const program = join(import.meta.dirname, 'bin', 'visavox.mjs');

it('docs/level-3.md names commands that there are', { timeout: 120_000 }, async () => {
  const document = await readFile(join(root, 'docs', 'level-3.md'), 'utf8');
  const commands = [
    ...new Set([...document.matchAll(/`visavox ([a-z -]+)`/g)].map(([, words = '']) => words)),
  ];
  expect(commands.length).toBeGreaterThan(8);
  for (const words of commands) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...words.split(' '), '--help']);
    const [first, second] = words.split(' ');
    // A word that is no command would be answered by the help of what is above it.
    expect(stdout, words).toMatch(
      new RegExp(`^Usage: visavox ${first}\\S*${second ? ` ${second}` : ''}[ \\n]`),
    );
  }
});
