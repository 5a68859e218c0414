// Puts together what each image is built from, below .visavox/images: bundles of the TypeScript sources, and what
// set-up made (the converted networks, the web pages), so that a build needs neither TypeScript nor Python for them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { lockOf } from './lock-subset.mjs';
import { root, setupFolder } from './setup.mjs';

/** Prebuilt for each processor, so the image's own build installs them. */
const native = ['onnxruntime-node', 'sharp'];

/** The embedded database and the search for imports, which are for one machine, and codecs whose licences forbid them (package.json's overrides). */
const leftOut = [
  ...['@electric-sql/*', 'pg-native', 'esbuild'],
  ...['aac', 'ac3', 'ape', 'dts', 'eac3', 'wma'].map((codec) => `@audio/decode-${codec}`),
];

const assemble = {
  async application(context) {
    await bundle(context, 'app/server', {
      main: 'app/server/main.ts',
      // Beside decoding-process.mjs, which starts it.
      'decode-files': 'recognition/decoding/decode-files.ts',
    });
    nativePackages(context, native);
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

export const imageNames = Object.keys(assemble);

/** Answers the folder that the image is built from. */
export async function assembleContext(name) {
  const context = join(setupFolder, '..', 'images', name);
  rmSync(context, { recursive: true, force: true });
  mkdirSync(context, { recursive: true });
  copy(join(root, 'deploy', 'images', name), context);
  await assemble[name](context);
  return context;
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
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
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
  if (!existsSync(from)) throw new Error(`${from} is missing; run "npm run setup"`);
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, filter });
}
