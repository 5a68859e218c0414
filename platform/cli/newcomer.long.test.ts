import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../scripts/peer-environment.mjs';
import { Terminal } from './testing/terminal.ts';

const root = join(import.meta.dirname, '..', '..');
const guide = join(root, 'docs', 'projects.md');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const environment = {
  VISAVOX_SETUP: setup,
  VISAVOX_PYTHON: process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python'),
  PATH: [join(setup, 'python', 'bin'), process.env.PATH].join(delimiter),
};

const opened: Terminal[] = [];
afterAll(async () => {
  for (const terminal of opened.toReversed()) await terminal.close();
});

function at(folder: string): Terminal {
  const terminal = Terminal.at(folder, environment);
  opened.push(terminal);
  return terminal;
}

/** What a command says; one that fails is an error. */
async function done(she: Terminal, ...words: string[]) {
  const { code, stdout, stderr } = await she.types(...words, '--json');
  if (code !== 0) throw new Error(`visavox ${words.join(' ')}: ${stdout}${stderr}`);
  return JSON.parse(stdout);
}

async function answered(she: Terminal, environmentOfModel: string, features: readonly number[]) {
  const token = await readFile(join(she.folder, '.visavox/home/secrets/operator.token'), 'utf8');
  const answer = await fetch(
    `${she.url}/api/v1/serving/${environmentOfModel}/irises/v2/models/irises/infer`,
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

async function project(language: string): Promise<Terminal> {
  const outer = await mkdtemp(join(tmpdir(), 'visavox-newcomer-'));
  await done(at(outer), 'init', 'irises', '--language', language);
  const folder = join(outer, 'irises');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await withPackagesOfSetUp(folder);
  return at(folder);
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
async function follow(she: Terminal, commands: readonly string[]) {
  const said = new Map<string, Awaited<ReturnType<typeof done>>>();
  const known = { RUN: '', RELEASE: '', SWEEP: '' };
  for (const command of commands) {
    const line = command.replaceAll(/\b(RUN|RELEASE|SWEEP)\b/g, (word) => known[word as keyof typeof known]);
    const answer = await done(she, ...wordsOf(line));
    said.set(command, answer);
    if (command.startsWith('sweep ')) Object.assign(known, { RUN: answer.best.run, SWEEP: answer.id });
    if (command.startsWith('release propose')) known.RELEASE = answer.id;
  }
  return (start: string) => [...said].find(([command]) => command.startsWith(start))?.[1];
}

/** As Jupyter does, with the Python package; where its environment cannot be made, it is left out. */
async function executes(she: Terminal, notebook: string): Promise<void> {
  const python = peerPython('python-package');
  if (python === undefined) return;
  const env = {
    ...{ ...process.env, VISAVOX_SERVER: she.url },
    PYTHONPATH: join(root, 'platform', 'python', 'src'),
  };
  const execute = join(dirname(python), 'jupyter-execute');
  await promisify(execFile)(execute, [join(she.folder, notebook)], { cwd: she.folder, env });
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
    const commands = commandsIn(await readFile(join(she.folder, 'README.md'), 'utf8'));
    const back = commands.findIndex((command) => command.startsWith('release rollback'));
    const said = await follow(she, commands.slice(0, back));

    expect(said('run ')).toMatchObject({ state: 'succeeded', name: 'first' });
    expect(said('sweep')).toMatchObject({ state: 'succeeded', begun: 3, name: 'search' });
    expect(said('sweep').best.value).toBeGreaterThan(0.8);
    expect(said('runs compare').difference.code).toEqual({ added: [], removed: [], changed: [] });
    const second = await answered(she, 'production', setosa);
    expect(second.shares.indexOf(Math.max(...second.shares))).toBe(0);

    const after = await follow(she, commands.slice(back));
    expect(after('release rollback')).toMatchObject({ version: 1, environment: 'production' });
    expect((await answered(she, 'production', setosa)).version).not.toBe(second.version);
    expect(after('runs reproduce')).toMatchObject({ identical: true, differences: [] });
    if (language !== 'python') return;
    await follow(she, commandsIn(await readFile(guide, 'utf8')));
    await executes(she, join('notebooks', 'explore.ipynb'));
  });
});

describe('a project', { timeout: 120_000 }, () => {
  const files = async (template: string, language: string) => {
    const outer = await mkdtemp(join(tmpdir(), 'visavox-init-'));
    const words = ['init', 'a-project', '--template', template, '--language', language];
    const { folder } = await done(at(outer), ...words);
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
    const env = { ...process.env, ...environment, KERAS_BACKEND: 'torch' };
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
    const refused = async (...words: string[]) => (await at(outer).asks('init', ...words)).error.code;
    expect(await refused('a-project')).toBe('folder_not_empty');
    expect(await refused('Not A Name')).toBe('name_invalid');
    expect(await refused('x', '--template', 'tabular')).toBe('name_invalid');
    expect(await readdir(outer)).toEqual(['a-project']);
  });
});
