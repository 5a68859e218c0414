// npm run kfp-coverage -- FOLDER [--only TEXT] [--arguments FILE] [--secrets FILE] [--seconds 120] [--json]   every compiled pipeline below FOLDER
// Both FILEs are JSON, for pipelines that the examples below do not suit: { "path/below/FOLDER.yaml": { "parameter": value } }, and
// { "secret": { "key": "value" } }.
// --json prints one document on stdout: [ { file, outcome, … } ]; what people read goes to stderr.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { Parameter, type RunRecord, type TaskRecord } from '@visavox/core/run';
import type { IrParameterType, PipelineSpec } from '@visavox/pipelines/ir';
import { LocalEngine } from '@visavox/pipelines/local/engine';
import { MemoryRunStore } from '@visavox/pipelines/memory-run-store';
import { withLine } from '@visavox/pipelines/place';
import { parsePipelineSpec, readPipelineSpec } from '@visavox/pipelines/read-ir';
import { FileObjectStore } from '@visavox/pipelines/testing';
import { z } from 'zod';

type Outcome = 'ran' | 'failed' | 'refused' | 'hung';

interface Tried {
  readonly file: string;
  readonly outcome: Outcome;
  /** Why it did not run to its end. */
  readonly reason: string | null;
  readonly tasks: readonly Pick<TaskRecord, 'name' | 'state' | 'reason' | 'inputs' | 'outputs'>[];
  readonly seconds: number;
}

/** Given for a parameter of the pipeline that has no default. */
const examples: Readonly<Record<IrParameterType, Parameter>> = {
  STRING: 'text',
  NUMBER_INTEGER: 3,
  NUMBER_DOUBLE: 1.5,
  BOOLEAN: true,
  LIST: ['a', 'b'],
  STRUCT: { a: 'b' },
  TASK_FINAL_STATUS: { state: 'COMPLETE', error: {} },
};

const Named = z.record(z.string(), z.record(z.string(), Parameter));

async function readNamed(file: string | undefined): Promise<z.infer<typeof Named>> {
  return file === undefined ? {} : Named.parse(JSON.parse(await readFile(file, 'utf8')));
}

const setup = process.env.VISAVOX_SETUP ?? join(import.meta.dirname, '..', '.visavox', 'setup');

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      seconds: { type: 'string', default: '120' },
      arguments: { type: 'string' },
      secrets: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const [data] = positionals;
  if (data === undefined) {
    process.stderr.write('Give the folder of the compiled pipelines.\n');
    process.exit(2);
  }
  const given = await readNamed(values.arguments);
  const secrets = await readNamed(values.secrets);
  const files = (await readdir(data, { recursive: true })).filter((file) => /\.(ya?ml|json)$/.test(file));
  const folder = await mkdtemp(join(tmpdir(), 'visavox-kfp-coverage-'));
  const volumes = join(folder, 'volumes');
  // A claim of the example's name is there as well.
  await mkdir(join(volumes, String(examples.STRING)), { recursive: true });
  const engine = await LocalEngine.open({
    folder: join(folder, 'runs'),
    runs: new MemoryRunStore(),
    objects: new FileObjectStore(join(folder, 'objects')),
    environmentDigest: digestOf('kfp-coverage'),
    volumes,
    path: [join(setup, 'python', 'bin')],
    // Every secret and every config map is there, and what it holds is its key, unless it is given.
    secret: async (secret, key) => String(secrets[secret]?.[key] ?? key),
    configMap: async (_configMap, key) => key,
    keys: async (_kind, name) => Object.keys(secrets[name] ?? { username: '', password: '' }),
  });
  const tried: Tried[] = [];
  try {
    for (const file of files.filter((name) => name.includes(values.only)).sort()) {
      const one = await tryPipeline(engine, join(data, file), {
        parameters: given[file] ?? {},
        seconds: Number(values.seconds),
      });
      tried.push({ ...one, file: relative(data, join(data, file)) });
      const why = one.reason === null ? '' : `: ${one.reason.split('\n')[0]}`;
      process.stderr.write(`${one.outcome.padEnd(8)} ${file} (${one.seconds.toFixed(1)} s)${why}\n`);
    }
  } finally {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
  const count = (outcome: Outcome) => tried.filter((one) => one.outcome === outcome).length;
  const outcomes: readonly Outcome[] = ['ran', 'failed', 'refused', 'hung'];
  const counts = outcomes.map((outcome) => `${count(outcome)} ${outcome}`).join(', ');
  process.stderr.write(`${tried.length} pipelines: ${counts}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify(tried, null, 2)}\n`);
}

let runs = 0;

async function tryPipeline(
  engine: LocalEngine,
  file: string,
  { parameters, seconds }: { parameters: Record<string, Parameter>; seconds: number },
): Promise<Omit<Tried, 'file'>> {
  const begun = performance.now();
  const ended = (outcome: Outcome, reason: string | null, tasks: RunRecord['tasks'] = []) => ({
    ...{ outcome, reason, seconds: (performance.now() - begun) / 1000 },
    tasks: tasks.map(({ name, state, reason, inputs, outputs }) => ({
      name,
      state,
      reason,
      inputs,
      outputs,
    })),
  });
  const text = await readFile(file, 'utf8');
  let id: string;
  try {
    const pipelineSpec = readPipelineSpec(text);
    id = await engine.submit({
      id: `run-${++runs}`,
      pipelineSpec,
      parameters: { ...exampleParameters(parsePipelineSpec(pipelineSpec)), ...parameters },
      ...{ datasets: [], trigger: 'manual', seed: 1, useCache: false },
    });
  } catch (error) {
    if (error instanceof UserError)
      return ended('refused', withLine(error, { file: basename(file), text }).message);
    throw error;
  }
  const deadline = new AbortController();
  const run = await Promise.race([
    engine.wait(id),
    sleep(seconds * 1000, undefined, { signal: deadline.signal }).catch(() => undefined),
  ]);
  deadline.abort();
  if (!run) {
    await engine.cancel(id);
    return ended('hung', `it had not ended after ${seconds} s`, (await engine.wait(id)).tasks);
  }
  return ended(run.state === 'succeeded' ? 'ran' : 'failed', run.reason, run.tasks);
}

function exampleParameters(spec: PipelineSpec): Record<string, Parameter> {
  const declared = Object.entries(spec.root.inputDefinitions?.parameters ?? {});
  const needed = declared.filter(
    ([, { defaultValue, isOptional }]) => defaultValue === undefined && !isOptional,
  );
  return Object.fromEntries(needed.map(([name, { parameterType }]) => [name, examples[parameterType]]));
}

await main();
