import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { labelsFileName } from '@visavox/core/dataset';
import { type StartedPlatform, startUp, stop } from 'visavox/testing/start-up';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitOf } from '../people-split.ts';
import { syntheticPerson } from '../synthetic/person.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..', '..');
const bin = join(root, 'platform', 'cli', 'bin', 'visavox.mjs');
const notebook = join(root, 'examples', 'recogniser-notebook', 'fine-tune-heads.ipynb');
const setup = process.env.VISAVOX_SETUP ?? join(root, '.visavox', 'setup');
const python = process.env.VISAVOX_PYTHON ?? join(setup, 'python', 'bin', 'python');
const { VISAVOX_HOME, VISAVOX_SECRETS, VISAVOX_TOKEN, ...inherited } = process.env;
/** What runs a notebook, beside the packages of set-up. */
const jupyter = ['nbclient==0.11.0', 'ipykernel==7.4.0'];

/** As few as a candidate has to be judged on, and next to nobody to learn from and to calibrate on. */
const parts = { evaluation: 20, train: 10, validation: 4 };
const recordingsEach = 2;

let folder: string;
let server: StartedPlatform | undefined;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-heads-'));
  const home = join(folder, 'home');
  server = startUp({
    ...{ bin, folder: root },
    environment: { ...inherited, VISAVOX_SETUP: setup, VISAVOX_PYTHON: python, VISAVOX_HOME: home },
  });
  const people = peopleOf(parts);
  await recordings('people', people);
  await recordings(
    'few',
    people.filter((_, index) => index % 4 === 0),
  );
  environment = {
    ...inherited,
    VISAVOX_SERVER: await server.url,
    VISAVOX_HOME: home,
    HEADS_FOLDER: join(folder, 'work'),
  };
  await trainAChampion();
}, 900_000);

afterAll(async () => {
  if (server) await stop(server);
  await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

/** So many names of each part of the population, which names decide. */
function peopleOf(counts: typeof parts): string[] {
  const names = Array.from({ length: 300 }, (_, index) => `person-${index}`);
  return Object.entries(counts).flatMap(([split, count]) =>
    names.filter((name) => splitOf(name) === split).slice(0, count),
  );
}

/** A folder of labelled recordings of these people. */
async function recordings(name: string, people: readonly string[]): Promise<void> {
  const rows = ['file_name,person,modality'];
  const at = join(folder, name);
  await mkdir(at);
  for (const id of people) {
    const person = syntheticPerson(7, Number(id.split('-')[1]));
    for (let take = 0; take < recordingsEach; take++) {
      await writeFile(join(at, `${id}-${take}.jpg`), await person.face(take));
      await writeFile(join(at, `${id}-${take}.wav`), person.utterance('47190', take));
      rows.push(`${id}-${take}.jpg,${id},face`, `${id}-${take}.wav,${id},voice`);
    }
  }
  await writeFile(join(at, labelsFileName), `${rows.join('\n')}\n`);
}

async function visavox(...words: string[]) {
  const { stdout } = await run(process.execPath, [bin, ...words, '--json'], { cwd: root, env: environment });
  return JSON.parse(stdout);
}

/** One that was trained here, so that it has a Keras model and a run with features. */
async function trainAChampion(): Promise<void> {
  const { digest } = await visavox('data', 'import', join(folder, 'people'), '--name', 'people');
  await visavox('data', 'import', join(folder, 'few'), '--name', 'few');
  const [published] = (await visavox('release', 'status')).releases;
  const trained = ['--param', `dataset=${digest}`, '--param', `champion=${published.bundle}`];
  await visavox('run', 'recognition/pipeline.ts', ...trained);
  const { id } = await visavox('release', 'propose', 'recogniser:2');
  await visavox('release', 'promote', id);
}

/** What the cells of the notebook printed. */
async function execute(): Promise<string> {
  const packages = join(folder, 'jupyter');
  const uv = join(setup, 'python', 'bin', 'uv');
  await run(uv, ['pip', 'install', '--python', python, '--target', packages, ...jupyter]);
  const script = [
    'import nbclient, nbformat, sys',
    'book = nbformat.read(sys.argv[1], 4)',
    'nbclient.NotebookClient(book, timeout=500, kernel_name="python3").execute()',
    'outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]',
    'print("".join(output.get("text", "") for output in outputs if output.get("name") == "stdout"))',
  ].join('\n');
  const paths = { PYTHONPATH: packages, JUPYTER_PATH: join(packages, 'share', 'jupyter') };
  const env = { ...environment, ...paths, PATH: `${join(setup, 'python', 'bin')}:${process.env.PATH}` };
  return (await run(python, ['-c', script, notebook], { cwd: root, env })).stdout;
}

/** The run that judges a file, once it has ended, and the version that it registered. */
async function judged(file: string, dataset: string) {
  const { run: id } = await visavox('heads', 'add', file, '--dataset', dataset);
  for (;;) {
    const { state, reason, tasks } = await visavox('runs', 'show', id);
    if (state === 'succeeded' || state === 'failed') {
      const registered = tasks.find(({ name }: { name: string }) => name === 'register');
      return { state, reason, version: registered?.outputs.parameters.model?.version };
    }
    await new Promise((done) => setTimeout(done, 500));
  }
}

/** The champion's model with a weight changed by a line of Python. */
async function changed(name: string, change: string): Promise<string> {
  const file = join(folder, `${name}.keras`);
  const script = [
    'import os, sys; os.environ["KERAS_BACKEND"] = "torch"',
    'import keras, numpy as np',
    'model = keras.models.load_model(sys.argv[1])',
    'layer = model.get_layer("face_projection")',
    'kernel, bias = layer.get_weights()',
    change,
    'layer.set_weights([kernel, bias])',
    'model.save(sys.argv[2])',
  ].join('\n');
  await run(python, ['-c', script, join(folder, 'work', 'heads.keras'), file]);
  return file;
}

describe('heads that were trained by hand', { timeout: 600_000 }, () => {
  it('are fine-tuned in a notebook, handed in, judged on people held out for good, and released or held back', async () => {
    const printed = await execute();
    expect(printed).toMatch(/face train: \d+ rows of 10 people, 256 numbers each/);
    expect(printed).toMatch(/voice: loss \d\.\d+ -> \d\.\d+/);
    expect(printed).toContain('20 unseen people, 20 are asked for');
    expect(printed).toMatch(/fused\/cllr +\d\.\d+ +\d\.\d+/);
    const [, stage] = /recogniser:3 (champion|held-back)\n- \S+\/\S+ \d/.exec(printed) ?? [];
    const { releases } = await visavox('release', 'status');
    expect(releases).toContainEqual(expect.objectContaining({ version: 3, stage }));
    const { nodes } = await visavox('trace', 'model:recogniser:3');
    const ids = nodes.map(({ id }: { id: string }) => id);
    expect(ids, 'it comes from what was handed in').toContainEqual(expect.stringMatching(/\.keras$/));
  });

  it('are held back where too few are held out, whatever they look like', async () => {
    const { state, version } = await judged(join(folder, 'work', 'heads.keras'), 'few');
    expect(state).toBe('succeeded');
    const verdict = async () =>
      (await visavox('release', 'status')).releases.find(
        (one: { version: number }) => one.version === version,
      );
    await expect.poll(verdict, { timeout: 60_000 }).toMatchObject({
      stage: 'held-back',
      reason: 'only 5 unseen people to compare on, 20 are needed: the champion stays',
    });
  });

  it('are refused where nothing could be served of them, and nothing is registered', async () => {
    const before = (await visavox('models', 'list')).models.length;
    const notNumbers = await judged(await changed('nan', 'kernel[0, 0] = np.nan'), 'few');
    expect(notNumbers).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('The weights of face_projection are not numbers'),
    });
    const alike = await judged(await changed('alike', 'kernel *= 0.001; bias += 1'), 'few');
    expect(alike).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('the face head collapses'),
    });
    expect((await visavox('models', 'list')).models).toHaveLength(before);
    const text = join(folder, 'notes.keras');
    await writeFile(text, 'no model');
    await expect(visavox('heads', 'add', text)).rejects.toThrow('is no Keras model');
    const nowhere = visavox('heads', 'add', await changed('same', ''), '--dataset', 'nowhere');
    await expect(nowhere).rejects.toThrow('nowhere');
  });
});

it('is kept without what it printed', async () => {
  const { cells } = JSON.parse(await readFile(notebook, 'utf8'));
  for (const { outputs = [], execution_count: count = null } of cells)
    expect({ outputs, count }).toEqual({ outputs: [], count: null });
});
