import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type StartedPlatform, startUp, stop } from './testing/start-up.ts';

const bin = join(import.meta.dirname, 'bin', 'visavox.mjs');
const root = join(import.meta.dirname, '..', '..');
const guide = join(root, 'docs', 'projects.md');
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
  for (const { server, folder } of started.toReversed()) {
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

  reads(file: string): Promise<string> {
    return readFile(join(this.#folder, file), 'utf8');
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

/** The commands of a document, in their order, without what is said of them. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block]) => (block ?? '').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line.startsWith('npx visavox ') && line !== 'npx visavox up')
    .map((line) => line.replace('npx visavox ', '').replace('--trials 8', '--trials 3'));
}

/** As a shell takes them apart. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

/** Documents say RUN, RELEASE and SWEEP for what a command before printed. */
async function follow(she: Newcomer, commands: readonly string[]) {
  const said = new Map<string, Awaited<ReturnType<Newcomer['types']>>>();
  const known = { RUN: '', RELEASE: '', SWEEP: '' };
  for (const command of commands) {
    const line = command.replaceAll(/\b(RUN|RELEASE|SWEEP)\b/g, (word) => known[word as keyof typeof known]);
    const answer = await she.types(...wordsOf(line));
    said.set(command, answer);
    if (command.startsWith('sweep ')) Object.assign(known, { RUN: answer.best.run, SWEEP: answer.id });
    if (command.startsWith('release propose')) known.RELEASE = answer.id;
  }
  return (start: string) => [...said].find(([command]) => command.startsWith(start))?.[1];
}

describe.each([
  ['Python', 'python'],
  ['TypeScript', 'typescript'],
])('the path of a newcomer in %s', { timeout: 400_000 }, (_, language) => {
  // The first one of the species by name, which the smallest petals tell.
  const setosa = [5.1, 3.5, 1.4, 0.2];

  it("goes from an empty folder to a model that serves, and back, as the project's README says", async () => {
    const she = await project(language);
    await she.up();
    const commands = commandsIn(await she.reads('README.md'));
    const back = commands.findIndex((command) => command.startsWith('release rollback'));
    const said = await follow(she, commands.slice(0, back));

    expect(said('run ')).toMatchObject({ state: 'succeeded', name: 'first' });
    expect(said('sweep')).toMatchObject({ state: 'succeeded', begun: 3, name: 'search' });
    expect(said('sweep').best.value).toBeGreaterThan(0.8);
    expect(said('runs compare').difference.code).toEqual({ added: [], removed: [], changed: [] });
    const answered = await she.asks('production', setosa);
    expect(answered.shares.indexOf(Math.max(...answered.shares))).toBe(0);

    const after = await follow(she, commands.slice(back));
    expect(after('release rollback')).toMatchObject({ version: 1, environment: 'production' });
    expect((await she.asks('production', setosa)).version).not.toBe(answered.version);
    expect(after('runs reproduce')).toMatchObject({ identical: true, differences: [] });
    if (language === 'python') await follow(she, commandsIn(await readFile(guide, 'utf8')));
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
