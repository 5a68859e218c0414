#!/usr/bin/env node
// npm run packages: what of this repository is published, one tarball a room, below .visavox/packages.
// In the workspace a package exports its TypeScript sources. What is published is compiled, and reached by what
// `publishConfig` lists instead, which npm itself leaves aside when it packs: so the manifests are written anew here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { alone } from '../platform/host/set-up/lock.mjs';

const root = resolve(import.meta.dirname, '..');
const packagesFolder = join(root, '.visavox', 'packages');
/** These stand in for the manifest's own fields of the same name. */
const replacedFields = ['exports', 'imports', 'bin'];

/** The workspaces that are published: those that say how. */
export function publishedRooms() {
  const { workspaces } = readJson(join(root, 'package.json'));
  return workspaces
    .map((folder) => ({ folder, manifest: readJson(join(root, folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.publishConfig);
}

/**
 * Compiles and packs all of them, unless that was done for the same sources. Returns the folder that has each package
 * unpacked under its name, and where its tarball is.
 */
export async function buildPackages() {
  const rooms = publishedRooms();
  const digest = digestOfSources(rooms);
  const folder = join(packagesFolder, digest);
  if (!existsSync(folder))
    await alone(packagesFolder, () => {
      if (existsSync(folder)) return;
      for (const name of readdirSync(packagesFolder))
        if (name !== 'lock') rmSync(join(packagesFolder, name), { recursive: true, force: true });
      const unfinished = mkdtempSync(join(packagesFolder, 'unfinished-'));
      compile(rooms, join(unfinished, 'compiled'));
      for (const room of rooms) assemble(room, unfinished);
      rmSync(join(unfinished, 'compiled'), { recursive: true });
      pack(rooms, unfinished);
      renameSync(unfinished, folder);
    });
  return rooms.map(({ folder: room, manifest: { name, version } }) => ({
    ...{ name, version, room },
    folder: join(folder, name),
    tarball: join(folder, tarballOf(name, version)),
  }));
}

/** What the exports and programs of the rooms reach, and nothing of their tests. */
function compile(rooms, out) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: ['x.ts'] },
    ts.sys,
    root,
  );
  const program = ts.createProgram(rooms.flatMap(entryPoints), {
    ...options,
    ...{ noEmit: false, declaration: true, noEmitOnError: true, rewriteRelativeImportExtensions: true },
    ...{ rootDir: root, outDir: out },
  });
  const { diagnostics } = program.emit();
  const problems = ts.sortAndDeduplicateDiagnostics([...ts.getPreEmitDiagnostics(program), ...diagnostics]);
  if (problems.length > 0)
    throw new Error(
      ts.formatDiagnostics(problems, {
        getCanonicalFileName: (name) => name,
        getCurrentDirectory: () => root,
        getNewLine: () => '\n',
      }),
    );
}

/** The sources that what a manifest publishes is compiled from. */
function entryPoints({ folder, manifest: { publishConfig } }) {
  return replacedFields
    .flatMap((field) => Object.values(publishConfig[field] ?? {}))
    .filter((target) => target.endsWith('.js'))
    .map((target) => join(root, folder, target.replace(/\.js$/, '.ts')));
}

function assemble({ folder, manifest }, out) {
  const { private: _, publishConfig, devDependencies, scripts, ...kept } = manifest;
  const target = join(out, manifest.name);
  cpSync(join(out, 'compiled', folder), target, { recursive: true });
  // TypeScript leaves the extensions in declarations as they were written.
  for (const file of filesBelow(target).filter((name) => name.endsWith('.d.ts')))
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll(/(from |import\()(["'])(\.[^"']+)\.ts\2/g, '$1$2$3.js$2'),
    );
  if (scripts?.build) buildPages(manifest.name, join(target, 'dist'));
  for (const file of publishConfig.files ?? [])
    cpSync(join(root, folder, file), join(target, file), { recursive: true });
  const files = readdirSync(target).sort();
  for (const file of ['README.md', 'CHANGELOG.md'])
    if (existsSync(join(root, folder, file))) cpSync(join(root, folder, file), join(target, file));
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const { access } = publishConfig;
  const replaced = Object.fromEntries(
    replacedFields.filter((field) => field in publishConfig).map((field) => [field, publishConfig[field]]),
  );
  writeJson(join(target, 'package.json'), { ...kept, ...replaced, files, publishConfig: { access } });
}

/** Beside what the workspace itself serves, which may be in use. */
function buildPages(name, out) {
  const { status, stderr, error } = spawnSync(
    'npm',
    ['run', 'build', '--workspace', name, '--', '--outDir', out, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: root, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`building ${name}: ${error?.message ?? stderr}`);
}

function pack(rooms, out) {
  const folders = rooms.map(({ manifest }) => `./${manifest.name}`);
  const { status, stderr, error } = spawnSync('npm', ['pack', '--ignore-scripts', ...folders], {
    ...{ cwd: out, encoding: 'utf8' },
  });
  if (status !== 0) throw new Error(`npm pack: ${error?.message ?? stderr}`);
}

function tarballOf(name, version) {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

function digestOfSources(rooms) {
  const own = ['tsconfig.json', 'package-lock.json', 'package.json', 'LICENSE'].map((name) =>
    join(root, name),
  );
  const files = [
    fileURLToPath(import.meta.url),
    ...own,
    ...rooms.flatMap(({ folder }) => filesBelow(join(root, folder))),
  ];
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(`${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', '__pycache__'].includes(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file, value) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { tarball } of await buildPackages()) process.stdout.write(`${tarball}\n`);
