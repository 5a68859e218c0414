// Puts together what each image is built from, below .visavox/images: bundles of the TypeScript sources, and what
// set-up made (the converted networks, the web pages), so that a build needs neither TypeScript nor Python for them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { lockOf } from './lock-subset.mjs';
import { root, setupFolder } from './setup.mjs';
import { runTypeScript } from './typescript.mjs';

/** Prebuilt for each processor, so the image's own build installs them. */
const native = ['onnxruntime-node', 'sharp'];
/** What the application's processes for tables start from. */
const tables = ['@duckdb/node-api'];

/** The embedded database and the search for imports, which are for one machine, and codecs whose licences forbid them (package.json's overrides). */
const leftOut = [
  ...['@electric-sql/*', 'pg-native', 'esbuild'],
  ...['aac', 'ac3', 'ape', 'dts', 'eac3', 'wma'].map((codec) => `@audio/decode-${codec}`),
];

const assemble = {
  async application(context, { project }) {
    await projectFolder(context, project);
    await bundle(context, 'app/server', {
      main: project === undefined ? 'app/server/main.ts' : entryOf(project, context),
      // Beside decoding-process.mjs, which starts it.
      'decode-files': 'recognition/decoding/decode-files.ts',
    });
    nativePackages(context, [...native, ...tables]);
    // What a run pins as its code and environment is the digest of these.
    const rooms = ['core', 'adapters', 'control', 'serving'].map((room) => `platform/${room}`);
    for (const folder of ['recognition', ...rooms]) copySources(folder, context);
    for (const file of ['package-lock.json', 'recognition/training/requirements.lock'])
      copy(join(root, file), join(context, file));
    copy(join(setupFolder, 'web'), join(context, 'setup', 'web'));
    copy(
      join(setupFolder, 'networks'),
      join(context, 'setup', 'networks'),
      (path) => !path.endsWith('.keras'),
    );
  },

  async predictor(context) {
    await bundle(context, 'serving', ['platform/serving/main.ts']);
    nativePackages(context, ['onnxruntime-node']);
  },

  async step(context) {
    const steps = readdirSync(join(root, 'recognition', 'steps')).map((name) => `recognition/steps/${name}`);
    await bundle(context, 'recognition/steps', steps.filter(isStep));
    await bundle(context, 'launcher', { launch: 'platform/adapters/kubeflow/launcher/main.ts' });
    nativePackages(context, native);
    copySources('recognition/training', context);
    for (const file of ['recognition/bin/recognition-step.mjs', 'recognition/training/requirements.lock'])
      copy(join(root, file), join(context, file));
  },

  async tracking(context) {
    const lock = 'recognition/training/requirements.lock';
    copy(join(root, lock), join(context, basename(lock)));
  },
};

/** What somebody asked for cannot be built; the message says why. */
export class ContextError extends Error {}

export const imageNames = Object.keys(assemble);

/**
 * Returns the folder that the image is built from. `project`: a folder whose `visavox.config.ts` the application runs in the
 * place of sign-in's own; its files come along, for the steps of its pipelines.
 */
export async function assembleContext(name, { project } = {}) {
  const context = join(setupFolder, '..', 'images', name);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  copy(join(root, 'deploy', 'images', name), context);
  await assemble[name](context, { project });
  return context;
}

/** What the root of the image holds beside a project's files, which no step of a project needs. */
const ownOfImage = ['app', 'node_modules', 'package-lock.json', 'platform', 'recognition', 'setup'];

/** A project's files as a run would take them along, so that secrets and what git ignores stay out of the image. */
async function projectFolder(context, project) {
  const folder = join(context, 'project');
  mkdirSync(folder);
  const ignored = ownOfImage.map((name) => `/${name}\n`).join('');
  writeFileSync(join(folder, '.visavoxignore'), ignored);
  if (project === undefined) return;
  const { takeSnapshot } = await runTypeScript('platform/pipelines/code/snapshot.ts');
  const { manifest, leftOut } = await takeSnapshot(project);
  for (const { path, why } of leftOut) process.stderr.write(`not in the image: ${path}, because ${why}\n`);
  for (const { path } of manifest.files) {
    const [top] = path.split('/');
    if (ownOfImage.includes(top))
      throw new ContextError(
        `${join(project, path)} would take the place of the image's own "${top}"; rename it`,
      );
    copy(join(project, path), join(folder, path));
  }
  const own = join(project, '.visavoxignore');
  if (existsSync(own))
    writeFileSync(join(folder, '.visavoxignore'), `${ignored}${readFileSync(own, 'utf8')}`);
}

/** A module that runs the project. */
function entryOf(project, context) {
  const config = join(project, 'visavox.config.ts');
  if (!existsSync(config)) throw new ContextError(`${config} is missing; name a project's folder`);
  const file = join(context, 'main.ts');
  const server = JSON.stringify(join(root, 'app/server/in-image.ts'));
  writeFileSync(
    file,
    `import { runInImage } from ${server};\nimport project from ${JSON.stringify(config)};\n\nawait runInImage(project);\n`,
  );
  return file;
}

/** A module that does something when it is run, not one that the others share. */
function isStep(file) {
  return /^await runStep\(/m.test(readFileSync(join(root, file), 'utf8'));
}

/** Node starts one file in a fraction of the time that it needs to find and read a thousand. */
async function bundle(context, folder, entryPoints) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: join(context, folder),
    ...{ bundle: true, splitting: true, metafile: true, keepNames: true, logLevel: 'warning' },
    ...{ platform: 'node', format: 'esm', target: 'node20', outExtension: { '.js': '.mjs' } },
    chunkNames: 'shared-[hash]',
    external: [...native, ...leftOut],
    // CommonJS packages inside still ask for Node's own modules.
    banner: {
      // Under a name that no package brings along.
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
  for (const input of Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules')))
    for (const [, beside] of readFileSync(join(root, input), 'utf8').matchAll(
      /new URL\('\.\/([^']+)', import\.meta\.url\)/g,
    ))
      copyModule(join(root, dirname(input), beside), join(context, folder, beside));
}

/** A file that is named at run time, and the modules beside it that it imports. */
function copyModule(from, to) {
  copy(from, to);
  if (!from.endsWith('.mjs')) return;
  for (const [, beside] of readFileSync(from, 'utf8').matchAll(/from '\.\/([^']+\.mjs)'/g))
    copyModule(join(dirname(from), beside), join(dirname(to), beside));
}

function nativePackages(context, names) {
  const { manifest, lock } = lockOf(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')), names);
  mkdirSync(join(context, 'native'), { recursive: true });
  writeFileSync(join(context, 'native', 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(context, 'native', 'package-lock.json'), `${JSON.stringify(lock, null, 2)}\n`);
}

function copySources(folder, context) {
  copy(join(root, folder), join(context, folder), (path) => {
    const name = basename(path);
    if (
      ['node_modules', '__pycache__', 'tests', 'fixtures', 'synthetic'].includes(name) ||
      name.startsWith('.')
    )
      return false;
    return !name.includes('.') || (/\.(ts|mjs|py|json)$/.test(name) && !name.includes('.test.'));
  });
}

function copy(from, to, filter = () => true) {
  if (!existsSync(from)) throw new ContextError(`${from} is missing; run "npm run setup"`);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter });
}
