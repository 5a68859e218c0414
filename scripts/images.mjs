#!/usr/bin/env node
// Builds the images that a cluster runs. npm run images -- --help
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { giveUp, setup } from './setup.mjs';

const usage = `npm run images -- [NAME …] [option …]        NAME: application, predictor, step, tracking; default all

  --builder CMD      docker, podman, buildah (default: the first that is there), or any command that is called as
                     CMD IMAGE FOLDER [--build-arg NAME=VALUE]
  --registry PREFIX  put before each name, such as registry.example.org/team
  --tag TAG          default: latest
  --node IMAGE       base of application, predictor and step     (default: each Dockerfile's BASE)
  --python IMAGE     base of tracking, and of step's Python      (default: each Dockerfile's)
  --project FOLDER   the application runs this folder's visavox.config.ts: models beside the recogniser, or no sign-in at all
  --prepare          only put together what they are built from, below .visavox/images
`;

const builders = {
  docker: (image, folder, options) => ['docker', 'build', '--tag', image, ...options, folder],
  podman: (image, folder, options) => ['podman', 'build', '--tag', image, ...options, folder],
  buildah: (image, folder, options) => ['buildah', 'bud', '--layers', '--tag', image, ...options, folder],
};
const basesOf = {
  application: { BASE: 'node' },
  predictor: { BASE: 'node' },
  step: { BASE: 'python', NODE: 'node' },
  tracking: { BASE: 'python' },
};

function misuse(message) {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(2);
}

function parse() {
  try {
    const text = { type: 'string' };
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ builder: text, registry: text, tag: text, node: text, python: text, project: text },
        prepare: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    return misuse(error.message);
  }
}

function commandFor(given) {
  const name = given ?? Object.keys(builders).find((each) => spawnSync(each, ['--version']).status === 0);
  if (name === undefined) misuse('None of docker, podman and buildah is on the PATH.');
  return builders[name] ?? ((image, folder, options) => [...name.split(' '), image, folder, ...options]);
}

const { values, positionals } = parse();
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const unknown = positionals.find((name) => !(name in basesOf));
if (unknown) misuse(`There is no image "${unknown}".`);
const command = values.prepare ? undefined : commandFor(values.builder);
await setup({ quiet: true }).catch(giveUp);
const { assembleContext, ContextError } = await import('./image-contexts.mjs');

for (const name of positionals.length > 0 ? positionals : Object.keys(basesOf)) {
  const project = values.project && resolve(values.project);
  const folder = await assembleContext(name, { project }).catch((error) => {
    if (!(error instanceof ContextError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  if (!command) {
    process.stdout.write(`${folder}\n`);
    continue;
  }
  const image = `${values.registry ? `${values.registry}/` : ''}visavox-${name}:${values.tag ?? 'latest'}`;
  const options = Object.entries(basesOf[name]).flatMap(([argument, base]) =>
    values[base] ? ['--build-arg', `${argument}=${values[base]}`] : [],
  );
  const [program, ...rest] = command(image, folder, options);
  process.stderr.write(`${image} …\n`);
  const { status, error } = spawnSync(program, rest, { stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    process.stderr.write(`${image} was not built: ${error?.message ?? `${program} ended with ${status}`}\n`);
    process.exit(1);
  }
  process.stdout.write(`${image}\n`);
}
