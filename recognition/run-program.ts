import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Characters of what a program said that are kept for whoever asks why it failed. */
const KEPT = 4000;

/**
 * Runs a program to its end; returns its exit code and the last of what it said on stderr. Rejects where it cannot be started.
 * `onLine`: a line that it says meanwhile.
 */
export function runProgram(
  program: string,
  words: readonly string[],
  { cwd, env, onLine }: { cwd?: string; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void },
): Promise<{ readonly code: number | null; readonly said: string }> {
  return new Promise((done, fail) => {
    const child = spawn(program, words, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    createInterface({ input: child.stderr }).on('line', (line) => {
      said = `${said}${line}\n`.slice(-KEPT);
      onLine?.(line);
    });
    child.on('error', fail);
    child.on('close', (code) => done({ code, said }));
  });
}
