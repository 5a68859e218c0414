import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { extname, join, posix, relative, sep } from 'node:path';
import { messageOf } from '@visavox/core/errors';
import type { Loader, Metafile, Plugin } from 'esbuild';
import type { Closure } from './closure.ts';
import { languageOf } from './sources.ts';

/** `files`: all of the snapshot. */
export async function typescriptClosures(
  folder: string,
  entries: readonly string[],
  files: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Closure>> {
  const closures = new Map<string, Closure>();
  if (entries.length === 0) return closures;
  const root = realpathSync(folder);
  const own = await packagesOf(root, files);
  // One entry with a fault must not keep the others from being followed: it is looked at alone then.
  const together = await graphOf(root, entries, own).catch(() => undefined);
  const alone = new Map<string, Promise<Metafile>>();
  const graphWith = async (path: string) => {
    if (together && path in together.inputs) return together;
    const graph = alone.get(path) ?? graphOf(root, [path], own);
    alone.set(path, graph);
    return graph;
  };
  for (const entry of entries)
    closures.set(entry, await closureOf(root, entry, files, graphWith).catch(messageOf));
  return closures;
}

/** Follows imports, and the files that a module names in a string relative to itself. */
async function closureOf(
  root: string,
  entry: string,
  files: ReadonlySet<string>,
  graphWith: (path: string) => Promise<Metafile>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const left = [entry];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    if (languageOf(path) !== 'typescript') continue;
    const inputs = (await graphWith(path)).inputs[path];
    for (const { path: imported, external } of inputs?.imports ?? []) if (!external) left.push(imported);
    for (const named of await namedIn(root, path, files)) left.push(named);
  }
  return found;
}

/** A step is started in the project's folder: what it names may start there, or beside the file. */
async function namedIn(root: string, path: string, files: ReadonlySet<string>): Promise<readonly string[]> {
  const text = await readFile(join(root, path), 'utf8');
  const strings = [...text.matchAll(/(\b(?:from|import)\s*\(?\s*)?(['"`])((?:\.{1,2}\/)?[\w@.\-/]+\.\w+)\2/g)]
    // Imports were followed already; those of types alone are gone when it runs.
    .flatMap(([, imported, , name = '']) => (imported === undefined ? [name] : []));
  return strings
    .flatMap((name) => [posix.join(posix.dirname(path), name), posix.normalize(name)])
    .filter((named) => named !== path && files.has(named));
}

/** The names of the packages that the snapshot itself is made of. */
async function packagesOf(root: string, files: ReadonlySet<string>): Promise<ReadonlySet<string>> {
  const manifests = [...files].filter((path) => posix.basename(path) === 'package.json');
  const texts = await Promise.all(
    manifests.map((path) => readFile(join(root, path), 'utf8').catch(() => '')),
  );
  return new Set(texts.flatMap((text) => /"name"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? []));
}

/** The package of an import: `@visavox/core` of `@visavox/core/digest`. */
function nameIn(path: string): string {
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

async function graphOf(
  root: string,
  entries: readonly string[],
  own: ReadonlySet<string>,
): Promise<Metafile> {
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((entry) => `./${entry}`),
    outdir: 'out',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    plugins: [projectOnly(root, own)],
  }).catch((error: unknown) => {
    throw new Error(messageOf(error).split('\n').slice(0, 2).join(' '));
  });
  return metafile;
}

const read: Readonly<Record<string, Loader>> = {
  ...{ '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx' },
  ...{ '.js': 'js', '.mjs': 'js', '.cjs': 'js', '.jsx': 'jsx', '.json': 'json' },
};

/** Of packages, only those of the project's own workspaces; of files, only what can import others is read. */
function projectOnly(root: string, own: ReadonlySet<string>): Plugin {
  const inner = Symbol('asked by this plugin');
  return {
    name: 'project-only',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === inner || kind === 'entry-point') return undefined;
        if (path.startsWith('node:') || builtinModules.includes(path)) return { path, external: true };
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: inner });
        const place = relative(root, found.path);
        const isOwn =
          found.errors.length === 0 && !place.startsWith('..') && !place.split(sep).includes('node_modules');
        if (isOwn) return { path: found.path };
        // A package of the project that is not linked: what the code is made of is not known.
        return own.has(nameIn(path)) ? { errors: found.errors } : { path, external: true };
      });
      build.onLoad({ filter: /.*/ }, ({ path }) =>
        extname(path) in read ? undefined : { contents: '', loader: 'empty' },
      );
    },
  };
}
