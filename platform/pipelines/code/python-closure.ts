import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { messageOf } from '@visavox/core/errors';
import { z } from 'zod';
import type { Closure } from './closure.ts';
import { pythonImports } from './python-imports.ts';

const Answer = z.record(z.string(), z.union([z.array(z.string()), z.string()]));

/** Needs some Python 3.8 or later, of whatever packages: it reads the files and runs none of them. */
export async function pythonClosures(
  folder: string,
  entries: readonly string[],
  path: string | undefined,
): Promise<ReadonlyMap<string, Closure>> {
  if (entries.length === 0) return new Map();
  try {
    const answer = Answer.parse(JSON.parse(await ask({ tree: realpathSync(folder), entries }, path)));
    return new Map(
      Object.entries(answer).map(([entry, found]) => [
        entry,
        typeof found === 'string' ? found : new Set(found),
      ]),
    );
  } catch (error) {
    return new Map(entries.map((entry) => [entry, `Python cannot read it: ${messageOf(error)}`]));
  }
}

async function ask(question: unknown, path: string | undefined): Promise<string> {
  const child = spawn('python3', ['-I', '-S', '-c', pythonImports], {
    env: path === undefined ? {} : { PATH: path },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  child.stdin.on('error', () => {}); // it ended before it read everything: its exit code says so
  child.stdin.end(JSON.stringify(question));
  const [answer, complaints, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(complaints.trim().split('\n').at(-1) ?? `exit code ${code}`);
  return answer;
}
