import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { SystemError } from '@visavox/core/errors';
import { startUp, stop } from 'visavox/testing/start-up';
import { linkPlatform } from './linked-platform.ts';

const execute = promisify(execFile);
const setup = resolve(process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup'));

/** A project in `bench/projects`, and what happens to it between its runs and their reproduction. */
export interface Project {
  readonly name: string;
  readonly pipeline: string;
  /** The parameters of each run. */
  readonly runs: readonly Readonly<Record<string, number>>[];
  /** What is changed in the other clone: in each file, one text for another. */
  readonly changes: readonly (readonly [file: string, from: string, to: string])[];
}

export const projects: readonly Project[] = [
  {
    name: 'digits',
    pipeline: 'pipeline.ts',
    runs: [{ epochs: 5 }, { epochs: 10 }, { epochs: 20 }, { scans: 500 }],
    changes: [
      ['train.py', 'RATE = 0.5', 'RATE = 0.3'],
      ['requirements.txt', 'numpy==2.3.5', 'numpy==2.2.6'],
    ],
  },
  {
    name: 'tabular',
    pipeline: 'pipeline.yaml',
    runs: [{ rows: 20 }, { rows: 50 }, { rows: 100 }],
    changes: [['pipeline.yaml', "'numpy'", "'numpy<2.3'"]],
  },
  {
    name: 'words',
    pipeline: 'pipeline.ts',
    runs: [{ least: 1 }, { least: 2 }, { least: 3 }],
    changes: [
      ['weigh.mjs', 'scale = 1', 'scale = 2'],
      ['text.txt', 'yesterday', 'the day before'],
      ['package-lock.json', '2.0.1', '2.0.0'],
      [
        'package-lock.json',
        'bkWvSX2JR4nSZFfs113kd4C6X13bBBrg4fBKv2pVdzpdQI2LA5pZcWzTFNdkYsiUNl13E4EzymSRjZ0D55jBYg==',
        '0YS2oMdTZ/wAWUHMMpf7AAJ8Gm6dHXyHddJ0zCu2DIfOfIbdwqAm1bbk4+Vti6gxNIcOrnm5jAP7vYTzQDvc5A==',
      ],
      ['package.json', '2.0.1', '2.0.0'],
    ],
  },
];

export interface Reproduction {
  readonly project: string;
  readonly run: string;
  readonly reproducedBy: string;
  readonly identical: boolean;
  /** What came out differently. */
  readonly differences: readonly unknown[];
  /** What the two runs are pinned to differently. */
  readonly pins: readonly string[];
}

export interface ReproduceFigures {
  readonly within: boolean;
  readonly reproductions: readonly Reproduction[];
}

/** Ten runs of three projects, reproduced from other clones by a server in another folder, after everything else was changed. */
export async function benchReproduce(print: (line: string) => void): Promise<ReproduceFigures> {
  const reproductions = await reproduceAll(projects, print);
  const identical = reproductions.filter((one) => one.identical).length;
  print(`reproduce: ${identical} of ${reproductions.length} runs came out identical`);
  return { within: identical === reproductions.length, reproductions };
}

/** Runs all, changes code, packages and caches, and reproduces each run from the changed clone of its project. */
export async function reproduceAll(
  all: readonly Project[],
  print: (line: string) => void,
): Promise<readonly Reproduction[]> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-bench-reproduce-'));
  const home = join(folder, 'home');
  try {
    const runs = await withServer(join(folder, 'server'), home, async (visavox) => {
      const made: { readonly project: Project; readonly id: string }[] = [];
      for (const project of all) {
        const clone = await firstClone(project, folder);
        for (const parameters of project.runs) {
          const id = await run(visavox, clone, project, parameters);
          made.push({ project, id });
          print(`  ${project.name} ${JSON.stringify(parameters)}: run ${id}`);
        }
      }
      return made;
    });
    // What was built and fetched for the runs is gone: all of it comes from what was kept.
    for (const cache of ['environments', join('runs', '.code')])
      await rm(join(home, cache), { recursive: true, force: true });
    return await withServer(join(folder, 'other-server'), home, async (visavox) => {
      const found: Reproduction[] = [];
      for (const project of all) {
        const clone = await changedClone(project, folder);
        // The changed project runs as well, so that what is cached by now is another's.
        for (const parameters of project.runs.slice(0, 1)) await run(visavox, clone, project, parameters);
        for (const { id } of runs.filter((made) => made.project === project)) {
          const one = await reproduce(visavox, clone, { project: project.name, run: id });
          print(`  ${project.name} ${id}: ${inWords(one)}`);
          found.push(one);
        }
      }
      return found;
    });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function inWords({ identical, differences, pins }: Reproduction): string {
  if (identical) return 'identical';
  return `DIFFERENT: ${JSON.stringify(differences)}; pinned to different ${pins.join(', ') || 'nothing'}`;
}

/** Calls the command line in a folder. What it prints as JSON; also where it ends with 1 after printing. */
type Visavox = (folder: string, ...words: readonly string[]) => Promise<unknown>;

async function withServer<Result>(
  folder: string,
  home: string,
  work: (visavox: Visavox) => Promise<Result>,
): Promise<Result> {
  await mkdir(folder, { recursive: true });
  const bin = await linkPlatform(folder);
  const { VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
  const environment = { ...inherited, VISAVOX_HOME: home, VISAVOX_SETUP: setup };
  const server = startUp({ bin, folder, environment });
  try {
    const env = { ...environment, VISAVOX_SERVER: await server.url };
    return await work(async (cwd, ...words) => {
      const options = { cwd, env, maxBuffer: 1e8 };
      const { stdout } = await execute(process.execPath, [bin, ...words, '--json'], options).catch(
        (error: { stdout?: string; stderr?: string; message: string }) => {
          if (error.stdout?.trim().startsWith('{')) return { stdout: error.stdout };
          throw new SystemError(`visavox ${words.join(' ')}: ${error.stderr ?? error.message}`);
        },
      );
      return JSON.parse(stdout);
    });
  } finally {
    await stop(server);
  }
}

async function run(
  visavox: Visavox,
  clone: string,
  { pipeline }: Project,
  parameters: Readonly<Record<string, number>>,
): Promise<string> {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['--param', `${name}=${value}`]);
  const made = (await visavox(clone, 'run', pipeline, ...given)) as {
    id: string;
    state: string;
    reason: string;
  };
  if (made.state !== 'succeeded') throw new SystemError(`run ${made.id} ${made.state}: ${made.reason}`);
  return made.id;
}

async function reproduce(
  visavox: Visavox,
  clone: string,
  { project, run: id }: { readonly project: string; readonly run: string },
): Promise<Reproduction> {
  const printed = (await visavox(clone, 'runs', 'reproduce', id)) as {
    run: string;
    identical: boolean;
    differences: unknown[];
  };
  const compared = (await visavox(clone, 'runs', 'compare', id, printed.run)) as {
    pins: { name: string; equal: boolean }[];
  };
  const pins = compared.pins.filter(({ equal }) => !equal).map(({ name }) => name);
  const { run: reproducedBy, identical, differences } = printed;
  return { project, run: id, reproducedBy, identical, differences, pins };
}

/** The project in a repository of its own. */
async function firstClone({ name }: Project, folder: string): Promise<string> {
  const clone = join(folder, 'first', name);
  await cp(join(import.meta.dirname, 'projects', name), clone, { recursive: true });
  await writeFile(join(clone, '.gitignore'), 'node_modules/\n');
  await linkPlatform(clone);
  await git(clone, 'init', '-q');
  await git(clone, 'add', '.');
  await git(clone, 'commit', '-q', '-m', 'Begin');
  return clone;
}

/** Another clone of it, in which code and packages have been changed. */
async function changedClone({ name, changes }: Project, folder: string): Promise<string> {
  const clone = join(folder, 'other', name);
  await git(folder, 'clone', '-q', join(folder, 'first', name), clone);
  await linkPlatform(clone);
  for (const [file, from, to] of changes) {
    const text = await readFile(join(clone, file), 'utf8');
    if (!text.includes(from)) throw new SystemError(`${name}/${file} has no "${from}"`);
    await writeFile(join(clone, file), text.replaceAll(from, to));
  }
  await appendFile(join(clone, 'notes.txt'), 'Nothing that the runs knew.\n');
  await git(clone, 'add', '.');
  await git(clone, 'commit', '-q', '-m', 'Change everything');
  return clone;
}

async function git(folder: string, ...words: readonly string[]): Promise<void> {
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
  await execute('git', ['-C', folder, ...author, ...words]);
}
