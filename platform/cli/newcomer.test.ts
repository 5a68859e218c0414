import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type StartedPlatform, startUp, stop } from './testing/start-up.ts';

const bin = join(import.meta.dirname, 'bin', 'visavox.mjs');
const root = join(import.meta.dirname, '..', '..');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
const environment = {
  ...inherited,
  VISAVOX_SETUP: setup,
  VISAVOX_PYTHON: process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python'),
  PATH: [join(setup, 'python', 'bin'), inherited.PATH].join(delimiter),
};

const started: { server?: StartedPlatform; folder: string }[] = [];
afterAll(async () => {
  for (const { server, folder } of started) {
    if (server) await stop(server);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
});

/** Somebody at a terminal, in a folder. */
class Newcomer {
  readonly #folder: string;
  #url = '';

  constructor(folder: string) {
    this.#folder = folder;
  }

  async up(): Promise<void> {
    const server = startUp({ bin, folder: this.#folder, environment });
    started.push({ server, folder: this.#folder });
    this.#url = await server.url;
  }

  async types(...words: string[]) {
    const env = { ...environment, VISAVOX_SERVER: this.#url };
    const stdout = await new Promise<string>((done, failed) => {
      execFile(process.execPath, [bin, ...words, '--json'], { cwd: this.#folder, env }, (error, out, err) =>
        error ? failed(new Error(`visavox ${words.join(' ')}: ${out}${err}`)) : done(out),
      );
    });
    return JSON.parse(stdout);
  }

  async asks(environmentOfModel: string, features: readonly number[]) {
    const token = await readFile(join(this.#folder, '.visavox/home/secrets/operator.token'), 'utf8');
    const answer = await fetch(
      `${this.#url}/api/v1/serving/${environmentOfModel}/irises/v2/models/irises/infer`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          inputs: [{ name: 'features', datatype: 'FP32', shape: [1, 4], data: features }],
        }),
      },
    );
    const { outputs, model_version: version } = await answer.json();
    return { version, shares: outputs[0].data as number[] };
  }
}

async function project(language: string, template = 'tabular'): Promise<Newcomer> {
  const outer = await mkdtemp(join(tmpdir(), 'visavox-newcomer-'));
  started.push({ folder: outer });
  await new Newcomer(outer).types('init', 'irises', '--language', language, '--template', template);
  const folder = join(outer, 'irises');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await withPackagesOfSetUp(folder);
  return new Newcomer(folder);
}

/** Installing PyTorch once more would take gigabytes. */
async function withPackagesOfSetUp(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.startsWith('pipeline.'))) {
    const text = await readFile(join(folder, name), 'utf8');
    const without = text.replace(/^.*requirements\.txt.*\n/m, '');
    await writeFile(join(folder, name), without);
  }
}

describe.each([
  ['Python', 'python', 'pipeline.py'],
  ['TypeScript', 'typescript', 'pipeline.ts'],
])('the path of a newcomer in %s', { timeout: 400_000 }, (_, language, pipeline) => {
  it('goes from an empty folder to a model that serves, and back', async () => {
    const she = await project(language);
    await she.up();
    await she.types('data', 'import', 'data', '--name', 'irises');

    const first = await she.types('run', pipeline, '--param', 'data=irises', '--name', 'first');
    expect(first).toMatchObject({ state: 'succeeded', name: 'first' });
    const search = await she.types(
      ...[
        'sweep',
        pipeline,
        '--param',
        'data=irises',
        '--space',
        'units=8,32',
        '--space',
        'rate=log:0.003..0.1',
      ],
      ...['--maximize', 'accuracy', '--trials', '3', '--param', 'epochs=20', '--name', 'search'],
    );
    expect(search).toMatchObject({ state: 'succeeded', begun: 3 });
    expect(search.best.value).toBeGreaterThan(0.8);
    const compared = await she.types('runs', 'compare', 'first', search.best.run);
    expect(compared.pins).toContainEqual({ name: 'parameter epochs', a: 40, b: 20, equal: false });
    expect(compared.difference.code).toEqual({ added: [], removed: [], changed: [] });

    const versions = ['first', search.best.run].map((run) => `${run}/train/model`);
    for (const [index, from] of versions.entries())
      expect(await she.types('models', 'register', 'irises', '--from', from)).toMatchObject({
        version: index + 1,
      });
    for (const version of [1, 2])
      for (const place of ['test', 'production']) {
        const { id } = await she.types('release', 'propose', `irises:${version}`, '--to', place);
        await she.types('release', 'promote', id);
      }
    // The first one of the species by name, which the smallest petals tell.
    const setosa = [5.1, 3.5, 1.4, 0.2];
    const answered = await she.asks('production', setosa);
    expect(answered.shares.indexOf(Math.max(...answered.shares))).toBe(0);

    await she.types('release', 'rollback', 'irises', '--environment', 'production');
    const before = await she.asks('production', setosa);
    expect(before.version).not.toBe(answered.version);
    expect(await she.asks('test', setosa)).toEqual(answered);
    expect(await she.types('runs', 'reproduce', 'first')).toMatchObject({ identical: true, differences: [] });
  });
});

describe('a project', { timeout: 120_000 }, () => {
  const files = async (template: string, language: string) => {
    const outer = await mkdtemp(join(tmpdir(), 'visavox-init-'));
    started.push({ folder: outer });
    const { folder } = await new Newcomer(outer).types(
      ...['init', 'a-project', '--template', template, '--language', language],
    );
    return { outer, folder, names: (await readdir(folder)).sort() };
  };

  it.each([
    ['tabular', 'python', ['data', 'pipeline.py', 'train.py', 'visavox.config.yaml']],
    ['images', 'typescript', ['make_data.py', 'pipeline.ts', 'train.py', 'visavox.config.ts']],
    ['audio', 'python', ['make_data.py', 'pipeline.py', 'train.py', 'visavox.config.yaml']],
    ['empty', 'typescript', ['pipeline.ts', 'step.py', 'visavox.config.ts']],
    ['empty', 'python', ['pipeline.py', 'step.py', 'visavox.config.yaml']],
  ])('is made of the template %s in %s, with its name everywhere', async (template, language, some) => {
    const { folder, names } = await files(template, language);
    expect(names).toEqual(
      expect.arrayContaining([...some, '.gitignore', '.github', 'README.md', 'package.json']),
    );
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      expect(text, entry.name).not.toMatch(/__[A-Z_]+__(?!\()/);
    }
  });

  it.each(['images', 'audio'])('learns from what it makes itself: %s', async (template) => {
    const { folder } = await files(template, 'python');
    const python = environment.VISAVOX_PYTHON;
    const env = { ...environment, KERAS_BACKEND: 'torch' };
    const run = (...words: string[]) =>
      new Promise<string>((done, failed) =>
        execFile(python, words, { cwd: folder, env }, (error, out, err) =>
          error ? failed(new Error(out + err)) : done(out),
        ),
      );
    await run('make_data.py');
    const outputs = ['--model', 'made', '--accuracy', 'made/accuracy', '--loss', 'made/loss'];
    await run('train.py', '--data', 'data', ...outputs);
    expect(Number(await readFile(join(folder, 'made', 'accuracy'), 'utf8'))).toBeGreaterThan(0.8);
    expect(await readFile(join(folder, 'made', 'classes.txt'), 'utf8')).toContain('square');
  });

  it('is not made where something is, and of no name that is none; nothing is left then', async () => {
    const { outer } = await files('empty', 'python');
    const she = new Newcomer(outer);
    await expect(she.types('init', 'a-project')).rejects.toThrow('folder_not_empty');
    await expect(she.types('init', 'Not A Name')).rejects.toThrow('name_invalid');
    await expect(she.types('init', 'x', '--template', 'tabular')).rejects.toThrow('name_invalid');
    expect(await readdir(outer)).toEqual(['a-project']);
  });
});
