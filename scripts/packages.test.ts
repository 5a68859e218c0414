import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltPackage, buildPackages, publishedRooms } from './packages.mjs';

const root = join(import.meta.dirname, '..');
const rooms = publishedRooms();
let packages: BuiltPackage[];
beforeAll(async () => {
  packages = await buildPackages();
}, 300_000);

const built = (name: string) => packages.find((one) => one.name === name)!;
const manifestOf = ({ folder }: BuiltPackage) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (['node_modules', 'dist', '.visavox'].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** All modules that a file imports, by what it calls them. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'), true, true)
    .importedFiles.map(({ fileName }) => fileName);
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

describe.each(rooms.map(({ manifest }) => manifest.name))('%s, as it is published', (name) => {
  it('is a package as publint wants it', async () => {
    const tarball = readFileSync(built(name).tarball);
    const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it('has types for each of its modules, in every resolution of modules', async () => {
    const checked = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(built(name).tarball))),
    );
    if (!checked.types) throw new Error('there are no types');
    // These are modules of ECMAScript alone; Node's `require` takes them from 20.19 on.
    expect(checked.problems.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
  });

  it('brings everything along that it imports, starts or reads', () => {
    const { folder } = built(name);
    const { dependencies, optionalDependencies } = manifestOf(built(name));
    for (const file of filesBelow(folder).filter((path) => /\.(m?js|d\.ts)$/.test(path))) {
      const text = readFileSync(file, 'utf8');
      const besides = [...text.matchAll(/new URL\('(\.[^']+)', import\.meta\.url\)/g)].map(
        ([, path = '']) => path,
      );
      for (const imported of [...importsOf(file), ...besides]) {
        const where = `${relative(folder, file)} -> ${imported}`;
        if (imported.startsWith('.')) expect(existsSync(join(dirname(file), imported)), where).toBe(true);
        else if (!isBuiltin(imported) && !imported.startsWith('#'))
          expect(Object.keys({ ...dependencies, ...optionalDependencies }), where).toContain(
            packageOf(imported),
          );
      }
    }
  });

  it('holds no tests, and no sources', () => {
    const { folder } = built(name);
    // Templates are the files of somebody else's project, with sources and tests of its own.
    const names = filesBelow(folder)
      .map((path) => relative(folder, path))
      .filter((path) => !path.startsWith('templates/'));
    expect(names.filter((path) => /\.(test|contract|fixture)\.|testing|(?<!\.d)\.ts$/.test(path))).toEqual(
      [],
    );
  });
});

it('is complete: what one room imports of another is published', () => {
  const exported = new Set(
    rooms.flatMap(({ manifest: { name, publishConfig } }) =>
      Object.keys(publishConfig.exports).map((path) => `${name}${path.slice(1)}`),
    ),
  );
  const missing = ['platform', 'recognition', 'app', 'examples']
    .flatMap((folder) => filesBelow(join(root, folder)))
    .filter((file) => /\.(tsx?|mjs)$/.test(file) && !isOfTests(file) && !isOfPages(file))
    .flatMap((file) =>
      importsOf(file)
        .filter((imported) => isOfPublishedRoom(imported, file) && !exported.has(imported))
        .map((imported) => `${relative(root, file)} -> ${imported}`),
    );
  expect(missing).toEqual([]);
});

it('stands on packages that are published in the same version', () => {
  const versions = Object.fromEntries(rooms.map(({ manifest: { name, version } }) => [name, version]));
  for (const { manifest } of rooms)
    for (const [name, version] of Object.entries(manifest.dependencies ?? {}))
      if (/^(@visavox\/|visavox$)/.test(name))
        expect(versions[name], `${manifest.name} -> ${name}`).toBe(version);
});

/** Tests and what stands in for others in them stay in the repository. */
function isOfTests(file: string): boolean {
  return /\.(test|contract|fixture)\.|[/](testing|fixtures)[./]|test-(databases|servers|support)/.test(file);
}

/** Pages are bundled from the sources of the workspace, and published as what came of it. */
function isOfPages(file: string): boolean {
  return relative(root, file).startsWith('app/web/');
}

function isOfPublishedRoom(imported: string, importer: string): boolean {
  const room = rooms.find(({ manifest }) => manifest.name === packageOf(imported));
  return room !== undefined && !relative(root, importer).startsWith(`${room.folder}/`);
}
