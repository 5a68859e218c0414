import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { migrate } from '@visavox/adapters/sql/migrate';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import { digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { LocalEngine } from '@visavox/pipelines/local/engine';
import { benchSnapshots } from './code-snapshots.ts';
import { describeSummary, summarise } from './summary.ts';

const execute = promisify(execFile);
const tasks = 12;
const rounds = 5;
/** The pipelines of real work take minutes; this is what a task may cost on top of its process. */
const limitMillisecondsATask = 150;

const work = 'const end = Date.now() + 200; while (Date.now() < end); process.stdout.write("done")';
const writeWork = `${work}; require("fs").writeFileSync(process.argv[1], "1")`;

const busy = component({
  name: 'busy',
  image: 'node:20',
  inputs: { after: 'integer' },
  outputs: { value: 'integer' },
  command: ({ outputs }) => [process.execPath, '-e', writeWork, outputs.value.path],
  cache: false,
});

const shapes = {
  chain: pipeline({ name: 'chain', parameters: {} }, (p) => {
    let value = p.task(busy, { after: 0 }).outputs.value;
    for (let task = 1; task < tasks; task++) value = p.task(busy, { after: value }).outputs.value;
  }),
  'side by side': pipeline({ name: 'side-by-side', parameters: {} }, (p) => {
    for (let task = 0; task < tasks; task++) p.task(busy, { after: task });
  }),
} as const;

/** What the local engine costs on top of the bare processes: everything is recorded, stored and encrypted as in the service. */
export async function benchPipelines(print: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'visavox-bench-pipelines-'));
  const database = await openDatabase({ folder: join(folder, 'database') });
  await migrate(database.db, [platformMigrations]);
  const engine = await LocalEngine.open({
    folder: join(folder, 'runs'),
    runs: new SqlRunStore(database.db),
    objects: await openOrCreateObjectStore({
      url: pathToFileURL(join(folder, 'objects')).href,
      key: { file: join(folder, 'objects.key') },
    }),
    environmentDigest: digestOf('bench'),
  });
  try {
    print(`pipelines: ${tasks} tasks of 200 ms each, ${availableParallelism()} cores`);
    let within = true;
    for (const [shape, definition] of Object.entries(shapes)) {
      const width = shape === 'chain' ? 1 : availableParallelism();
      const bare: number[] = [];
      const engined: number[] = [];
      for (let round = 0; round < rounds; round++) {
        bare.push(await timed(() => runBare(width)));
        engined.push(
          await timed(() => runPipeline(engine, definition, `${shape.replaceAll(' ', '-')}-${round}`)),
        );
      }
      const [without, with_] = [summarise(bare), summarise(engined)];
      const overhead = ((with_.median - without.median) / tasks) * width;
      within &&= overhead <= limitMillisecondsATask;
      print(`  ${shape}`);
      print(`    bare processes  ${describeSummary(without, 'ms')}`);
      print(`    as a pipeline   ${describeSummary(with_, 'ms')}`);
      print(`    on top          ${overhead.toFixed(0)} ms a task (limit ${limitMillisecondsATask} ms)`);
    }
    return (await benchSnapshots(print)) && within;
  } finally {
    await engine.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function runBare(width: number): Promise<void> {
  let left = tasks;
  const worker = async () => {
    while (left-- > 0) await execute(process.execPath, ['-e', work]);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function runPipeline(
  engine: LocalEngine,
  definition: Parameters<typeof compile>[0],
  id: string,
): Promise<void> {
  await engine.submit({
    id,
    pipelineSpec: compile(definition),
    parameters: {},
    datasets: [],
    trigger: 'bench',
    seed: 1,
    useCache: false,
  });
  const run = await engine.wait(id);
  if (run.state !== 'succeeded') throw new SystemError(`run ${id} ${run.state}: ${run.reason}`);
}
