import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type CodeOrigin, unknownOrigin } from '@visavox/core/code';
import ignore from 'ignore';
import { gitFiles } from './git-files.ts';
import { isNeverTaken, kindOf, type LeftOut } from './left-out.ts';
import { plainFiles } from './plain-files.ts';
import { isSecretByName } from './secret-files.ts';

export const ignoreFile = '.visavoxignore';

export interface ProjectFiles {
  /** Relative to the folder, with `/`. */
  readonly paths: readonly string[];
  readonly leftOut: readonly LeftOut[];
  readonly origin: CodeOrigin;
  /** There are more files than `atMost`. */
  readonly more: boolean;
}

/**
 * Which files of a project's folder a snapshot takes: what git tracks, and what it neither tracks nor ignores; without
 * git, all but what tools make and `.gitignore` names. `.visavoxignore` takes more away. Secrets are never taken.
 */
export async function projectFiles(root: string, atMost: number): Promise<ProjectFiles> {
  const found = await listed(root, atMost);
  const unwanted = ignorePatterns(root);
  const leftOut = [...found.leftOut];
  const paths = found.paths.filter((path) => {
    if (path.includes('\uFFFD')) {
      leftOut.push({ path, why: 'its name is not UTF-8' });
      return false;
    }
    if (unwanted?.ignores(path)) return false;
    if (!isSecretByName(path)) return true;
    leftOut.push({ path, why: 'it looks like a secret' });
    return false;
  });
  return { ...found, paths, leftOut };
}

async function listed(root: string, atMost: number): Promise<ProjectFiles> {
  const git = await gitFiles(root);
  if (git === undefined || typeof git === 'string') {
    const leftOut =
      git === undefined ? [] : [{ path: '.git', why: `git cannot tell what is tracked: ${git}` }];
    const plain = await plainFiles(root, atMost);
    return { ...plain, leftOut: [...leftOut, ...plain.leftOut], origin: unknownOrigin };
  }
  const own = [...git.tracked, ...withoutTools(git.untracked)];
  const paths = own.filter((path) => !path.endsWith('/'));
  const inside = [];
  // Submodules and repositories inside are listed as folders.
  for (const folder of [...own.filter((path) => path.endsWith('/')), ...submodulesOf(root, paths)]) {
    const below = folder.replace(/\/$/, '');
    const files = await listed(join(root, below), atMost - paths.length);
    inside.push({
      ...files,
      paths: files.paths.map((path) => `${below}/${path}`),
      leftOut: files.leftOut.map(({ path, why }) => ({ path: `${below}/${path}`, why })),
    });
  }
  const all = [...paths, ...inside.flatMap((files) => files.paths)];
  return {
    paths: all,
    leftOut: [...(await unusual(root, paths)), ...inside.flatMap((files) => files.leftOut)],
    origin: git.origin,
    more: all.length > atMost || inside.some(({ more }) => more),
  };
}

/** Of what git does not track: no environments and caches, which a missing `.gitignore` would let in. */
function withoutTools(paths: readonly string[]): readonly string[] {
  const environments = paths
    .filter((path) => path.endsWith('/pyvenv.cfg'))
    .map((path) => path.slice(0, -'pyvenv.cfg'.length));
  return paths.filter(
    (path) =>
      !path.split('/').some((part) => isNeverTaken(part)) &&
      !environments.some((folder) => path.startsWith(folder)),
  );
}

function submodulesOf(root: string, paths: readonly string[]): readonly string[] {
  if (!existsSync(join(root, '.gitmodules'))) return [];
  return paths.filter((path) => existsSync(join(root, path, '.git')));
}

/** Git does not see sockets, FIFOs and devices: whoever has one in the folder is told that it is not taken. */
async function unusual(root: string, paths: readonly string[]): Promise<readonly LeftOut[]> {
  const folders = new Set(paths.map((path) => dirname(path)));
  folders.add('.');
  const found = await Promise.all(
    [...folders].map(async (folder) => {
      const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => !entry.isFile() && !entry.isDirectory() && !entry.isSymbolicLink())
        .map((entry) => ({
          path: folder === '.' ? entry.name : `${folder}/${entry.name}`,
          why: `it is ${kindOf(entry)}`,
        }));
    }),
  );
  return found.flat();
}

function ignorePatterns(root: string) {
  const file = join(root, ignoreFile);
  return existsSync(file) ? ignore().add(readFileSync(file, 'utf8')) : undefined;
}
