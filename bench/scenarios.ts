// npm run scenarios -- --data DIR [--only telephone,codecs] [--seeds 1,2,3] [--retraining on] [--out FOLDER]
// Every scenario and seed on a service of its own; then the tables: the version before anybody enrolled beside the one that
// serves in the end. What FOLDER already has is not run again, so that hours of work can be stopped and gone on with.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { table } from 'visavox/table';
import { z } from 'zod';
import { ServerProcess, sleep } from './server-process.ts';
import { summarise } from './summary.ts';

const root = resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const kinds = ['fused', 'face', 'voice'] as const;

const Rate = z.object({
  fnmr: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  genuine: z.number(),
});
/** What is read here of `visavox simulate --json`. */
const HeldOut = z.object({
  version: z.number(),
  slices: z.record(z.string(), z.object({ fused: Rate, face: Rate, voice: Rate })),
});
const Simulated = z.object({
  before: HeldOut,
  waves: z.array(z.object({ heldOut: HeldOut })),
});
type Simulated = z.infer<typeof Simulated>;

interface Case {
  readonly scenario: string;
  readonly seed: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    only: { type: 'string' },
    seeds: { type: 'string', default: '1,2,3' },
    retraining: { type: 'string', default: 'on' },
    out: { type: 'string', default: join(root, '.visavox', 'scenarios') },
  },
});
const folder = join(root, 'examples', 'scenarios');
const all = (await readdir(folder)).map((file) => basename(file, '.yaml')).sort();
const scenarios = values.only?.split(',') ?? all;
const unknown = scenarios.find((name) => !all.includes(name));
if (unknown !== undefined || values.data === undefined) {
  const problem =
    unknown === undefined
      ? '--data is missing: a folder with recordings of people'
      : `no scenario is named ${unknown}`;
  process.stderr.write(`${problem}. There are: ${all.join(', ')}.\n`);
  process.exit(2);
}
const data = resolve(values.data);
const seeds = values.seeds.split(',').map(Number);
await mkdir(values.out, { recursive: true });

// Seed by seed, so that a run that is stopped has something of every scenario.
const cases = seeds.flatMap((seed) => scenarios.map((scenario): Case => ({ scenario, seed })));
for (const [index, one] of cases.entries()) {
  if (existsSync(fileOf(one))) continue;
  process.stderr.write(`${index + 1} of ${cases.length}: ${nameOf(one)} …\n`);
  await simulate(one);
}
for (const scenario of scenarios) process.stdout.write(`${await report(scenario)}\n`);

function nameOf({ scenario, seed }: Case): string {
  return `${scenario}-seed-${seed}-retraining-${values.retraining}`;
}

function fileOf(one: Case): string {
  return join(values.out, `${nameOf(one)}.json`);
}

async function simulate(one: Case): Promise<void> {
  const server = await ServerProcess.create();
  try {
    await server.start();
    while ((await server.client(30).models()).length === 0) await sleep(1000);
    const { stdout } = await run(
      process.execPath,
      [
        join(root, 'platform/cli/bin/visavox.mjs'),
        ...['simulate', '--scenario', join(folder, `${one.scenario}.yaml`), '--data', data],
        ...['--seed', String(one.seed), '--retraining', values.retraining, '--json'],
      ],
      {
        cwd: root,
        env: {
          ...process.env,
          VISAVOX_HOME: join(server.home, 'home'),
          VISAVOX_SERVER: server.url,
          PORT: new URL(server.url).port,
        },
        maxBuffer: 64 * 2 ** 20,
      },
    );
    await writeFile(`${fileOf(one)}.part`, stdout);
    await rename(`${fileOf(one)}.part`, fileOf(one));
  } finally {
    await server.stop();
  }
}

/** FNMR of people who never enrol: under the first version, and under the one that serves in the end. */
async function report(scenario: string): Promise<string> {
  const pairs = await Promise.all(
    seeds.map(async (seed) => {
      const { before, waves } = await read({ scenario, seed });
      const figures = [before, ...waves.map(({ heldOut }) => heldOut)];
      const versions = [...new Set(figures.map(({ version }) => version))].join(', ');
      return { seed, before, after: figures.at(-1) ?? before, versions };
    }),
  );
  const slices = Object.keys(pairs[0]?.before.slices ?? {});
  const rows = slices.flatMap((slice) =>
    kinds.flatMap((kind) => {
      const both = pairs.flatMap(({ seed, before, after, versions }) => {
        const [first, last] = [before.slices[slice]?.[kind], after.slices[slice]?.[kind]];
        return first?.fnmr != null && last?.fnmr != null ? [{ seed, first, last, versions }] : [];
      });
      if (both.length === 0) return [];
      const median = (rates: readonly number[]) => percent(summarise(rates).median);
      return [
        ...both.map(({ seed, first, last, versions }) => [
          slice,
          kind,
          seed,
          shown(first),
          shown(last),
          versions,
        ]),
        [
          ...[slice, kind, 'median'],
          median(both.map(({ first }) => first.fnmr ?? Number.NaN)),
          median(both.map(({ last }) => last.fnmr ?? Number.NaN)),
          '',
        ],
      ];
    }),
  );
  const columns = ['slice', 'kind', 'seed', 'version 1', 'in the end', 'versions that served'];
  return `\n${scenario}: people who never enrol, FNMR (95 %)\n${table(columns, rows)}`;
}

async function read(one: Case): Promise<Simulated> {
  return Simulated.parse(JSON.parse(await readFile(fileOf(one), 'utf8')));
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`;
}

function shown({ fnmr, interval, genuine }: z.infer<typeof Rate>): string {
  const [low, high] = interval ?? [Number.NaN, Number.NaN];
  return `${percent(fnmr ?? Number.NaN)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)}; ${genuine})`;
}
