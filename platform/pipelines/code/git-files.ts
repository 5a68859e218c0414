import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { CodeOrigin } from '@visavox/core/code';
import { messageOf } from '@visavox/core/errors';

const execute = promisify(execFile);
const largestAnswer = 256 << 20;

export interface GitFiles {
  /** Paths relative to the folder; one that ends with `/` is a repository inside. */
  readonly tracked: readonly string[];
  readonly untracked: readonly string[];
  readonly origin: CodeOrigin;
}

/**
 * The files of a folder that git tracks, and those that it neither tracks nor ignores. Undefined where the folder
 * belongs to no repository; a text where git cannot tell.
 */
export async function gitFiles(folder: string): Promise<GitFiles | string | undefined> {
  if (!belongsToRepository(folder)) return undefined;
  try {
    const [listed, status] = await Promise.all([
      git(folder, ['ls-files', '-z', '-t', '--cached', '--others', '--exclude-standard', '--', '.']),
      git(folder, ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=normal', '--', '.']),
    ]);
    const entries = listed.split('\0').filter((entry) => entry !== '');
    // A folder that the repository around it ignores is none of its own.
    if (entries.length === 0 && (await isIgnored(folder))) return undefined;
    const named = (untracked: boolean) => [
      ...new Set(
        entries.filter((entry) => entry.startsWith('? ') === untracked).map((entry) => entry.slice(2)),
      ),
    ];
    return { tracked: named(false), untracked: named(true), origin: originOf(status) };
  } catch (error) {
    return firstLine(messageOf(error));
  }
}

function belongsToRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
    if (dirname(at) === at) return false;
  }
}

async function isIgnored(folder: string): Promise<boolean> {
  return git(folder, ['check-ignore', '-q', '.']).then(
    () => true,
    () => false,
  );
}

/** Git's own variables, as hooks have them, would point it at another repository. */
async function git(folder: string, words: readonly string[]): Promise<string> {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const { stdout } = await execute('git', ['-C', folder, ...words], {
    env: { ...Object.fromEntries(environment), GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
    maxBuffer: largestAnswer,
  });
  return stdout;
}

function originOf(status: string): CodeOrigin {
  const lines = status.split('\0').filter((line) => line !== '');
  const header = (name: string) => {
    const line = lines.find((one) => one.startsWith(`# branch.${name} `));
    const value = line?.slice(`# branch.${name} `.length);
    return value === undefined || value.startsWith('(') ? null : value;
  };
  return {
    commit: header('oid'),
    branch: header('head'),
    clean: lines.every((line) => line.startsWith('# ')),
  };
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.startsWith('fatal:'))
      ?.slice('fatal: '.length) ??
    text.split('\n')[0] ??
    text
  );
}
