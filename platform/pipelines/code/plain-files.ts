import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { isNeverTaken, kindOf, type LeftOut } from './left-out.ts';

interface Rules {
  /** Of the folder that the patterns stand in, with `/` at its end; empty for the project's own. */
  readonly below: string;
  readonly patterns: Ignore;
}

/** The files of a folder without git: all but what its `.gitignore` files name and what tools make. */
export async function plainFiles(
  root: string,
  /** More than so many are not read: somebody's whole home, say. */
  atMost: number,
): Promise<{
  readonly paths: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly more: boolean;
}> {
  const paths: string[] = [];
  const leftOut: LeftOut[] = [];
  const walk = async (below: string, around: readonly Rules[]): Promise<void> => {
    if (paths.length > atMost) return;
    const entries = await readdir(join(root, below), { withFileTypes: true });
    // A virtual environment of Python: its path is wired into it.
    if (entries.some(({ name }) => name === 'pyvenv.cfg' || name === 'conda-meta')) return;
    const rules = entries.some(({ name }) => name === '.gitignore')
      ? [...around, { below, patterns: ignore().add(readFileSync(join(root, below, '.gitignore'), 'utf8')) }]
      : around;
    for (const entry of entries) {
      const path = `${below}${entry.name}`;
      const isFolder = entry.isDirectory();
      if (isNeverTaken(entry.name) || isIgnored(isFolder ? `${path}/` : path, rules)) continue;
      if (isFolder) await walk(`${path}/`, rules);
      else if (entry.isFile() || entry.isSymbolicLink()) paths.push(path);
      else leftOut.push({ path, why: `it is ${kindOf(entry)}` });
    }
  };
  await walk('', []);
  return { paths, leftOut, more: paths.length > atMost };
}

/** The pattern nearest to the file has the last word, as in git. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  let ignored = false;
  for (const { below, patterns } of rules) {
    const verdict = patterns.test(path.slice(below.length));
    if (verdict.ignored) ignored = true;
    else if (verdict.unignored) ignored = false;
  }
  return ignored;
}
