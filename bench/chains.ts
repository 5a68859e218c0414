import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { migrate } from '@visavox/adapters/sql/migrate';
import { openDatabase } from '@visavox/adapters/sql/open-database';
import { platformMigrations } from '@visavox/adapters/sql/platform-migrations';
import { SqlRunStore } from '@visavox/adapters/sql/run-store';
import { digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { resolveCommand } from '@visavox/pipelines/executor-input';
import { executorInput } from '@visavox/pipelines/local/attempt';
import { LocalEngine } from '@visavox/pipelines/local/engine';
import { parsePipelineSpec, readPipelineSpec } from '@visavox/pipelines/read-ir';

/** A way to run steps that do nothing, one after the other. */
export interface Chain {
  readonly name: string;
  run(steps: number): Promise<void>;
}

/** What every chain runs in. */
export interface Place {
  /** The environment of Python that all of them share: the folder with its programs. */
  readonly programs: string;
  readonly folder: string;
}

const peerFiles = join(import.meta.dirname, 'peers');

function environmentOf({ programs, folder }: Place): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH: [programs, PATH].join(delimiter), HOME, LANG: 'C.UTF-8', TMPDIR: folder };
}

/** Runs a program to its end. Its output goes to a file, as a step's does; throws with the end of it where it fails. */
async function runProgram(
  [program = '', ...words]: readonly string[],
  place: Place,
  { folder = place.folder, more = {} }: { folder?: string; more?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const log = join(place.folder, 'output.log');
  const output = await open(log, 'w');
  try {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...environmentOf(place), ...more },
      stdio: ['ignore', output.fd, output.fd],
    });
    const [code] = await once(child, 'exit');
    if (code === 0) return;
  } finally {
    await output.close();
  }
  throw new SystemError(
    `${program} ${words.join(' ')} failed: ${(await readFile(log, 'utf8')).slice(-2000)}`,
  );
}

const smallest = ['python3', '-c', 'pass'];

interface Command {
  readonly words: readonly string[];
  readonly folder: string;
}

export interface BareChains {
  /** Of the smallest step that there is in Python. */
  readonly smallest: Chain;
  /** Of kfp's own no-op step: what its SDK puts into a container. Throws where there is no kfp. */
  kfp(): Promise<Chain>;
  close(): void;
}

/** The processes alone, started by a process of the size of the one that starts steps. */
export function bareChains(place: Place): BareChains {
  const starter = fork(join(import.meta.dirname, 'bare-processes.mjs'), { execArgv: [], env: {} });
  const chain = (commandOf: () => Promise<Command>): Chain => ({
    name: 'bare processes',
    async run(steps) {
      const commands: Command[] = [];
      for (let step = 0; step < steps; step++) commands.push(await commandOf());
      const logFile = join(place.folder, 'bare.log');
      starter.send({ commands, logFile, environment: environmentOf(place) });
      const [{ reason }] = (await once(starter, 'message')) as [{ reason?: string }];
      if (reason !== undefined)
        throw new SystemError(`${reason}: ${(await readFile(logFile, 'utf8')).slice(-2000)}`);
    },
  });
  return {
    smallest: chain(async () => ({ words: smallest, folder: place.folder })),
    async kfp() {
      const spec = parsePipelineSpec(await compiledByKfp(place, 1));
      const [component] = Object.values(spec.components);
      const [executor] = Object.values(spec.deploymentSpec.executors);
      const { command = [], args = [] } = executor?.container ?? {};
      if (!component) throw new SystemError('kfp compiled a pipeline without components');
      const run = { taskName: 'step', runId: 'bare', runName: 'chain', root: place.folder };
      const createdAt = new Date().toISOString();
      return chain(async () => {
        const folder = await mkdtemp(join(place.folder, 'bare-'));
        const input = executorInput(component, { parameters: {}, artifacts: {} }, folder);
        return { words: resolveCommand([...command, ...args], { input, createdAt, ...run }), folder };
      });
    },
    close: () => starter.disconnect(),
  };
}

export interface EngineChains {
  /** Of the smallest step that there is in Python. */
  readonly smallest: Chain;
  /** Of the pipeline that kfp's SDK compiled. */
  readonly kfp: Chain;
  close(): Promise<void>;
}

/** The local engine as the service has it: all is recorded in the database and sealed in the object store, behind walls. */
export async function engineChains(place: Place): Promise<EngineChains> {
  const { folder, programs } = place;
  const database = await openDatabase({ folder: join(folder, 'database') });
  await migrate(database.db, [platformMigrations]);
  // As many as the service keeps from its steps.
  const hidden = ['database', 'objects.key', 'secrets', 'logs', 'mlflow'].map((name) => join(folder, name));
  for (const name of ['secrets', 'logs', 'mlflow']) await mkdir(join(folder, name));
  const engine = await LocalEngine.open({
    folder: join(folder, 'runs'),
    runs: new SqlRunStore(database.db),
    objects: await openOrCreateObjectStore({
      url: pathToFileURL(join(folder, 'objects')).href,
      key: { file: join(folder, 'objects.key') },
    }),
    environmentDigest: digestOf('bench'),
    inCode: () => ({ path: [programs], environment: {} }),
    hidden,
  });
  let runs = 0;
  const chain = (specOf: (steps: number) => Promise<unknown>): Chain => {
    const specs = new Map<number, unknown>();
    return {
      name: 'visavox',
      async run(steps) {
        const pipelineSpec = specs.get(steps) ?? (await specOf(steps));
        specs.set(steps, pipelineSpec);
        const id = `chain-${++runs}`;
        const given = { parameters: {}, datasets: [], trigger: 'bench', seed: 1, useCache: false };
        await engine.submit({ id, pipelineSpec, ...given });
        const run = await engine.wait(id);

        if (run.state !== 'succeeded') throw new SystemError(`run ${id} ${run.state}: ${run.reason}`);
      },
    };
  };
  return {
    smallest: chain(async (steps) => compile(chainOfSmallest(steps))),
    kfp: chain((steps) => compiledByKfp(place, steps)),
    async close() {
      await engine.close();
      await database.close();
    },
  };
}

function chainOfSmallest(steps: number) {
  const step = component({ name: 'step', command: smallest, cache: false });
  return pipeline({ name: 'chain' }, (p) => {
    let before = p.task(step, {});
    for (let each = 1; each < steps; each++) before = p.task(step, {}).after(before);
  });
}

async function compiledByKfp(place: Place, steps: number): Promise<unknown> {
  const file = join(place.folder, `chain-${steps}.yaml`);
  await runProgram(['python3', join(peerFiles, 'kfp_chain.py'), 'compile', String(steps), file], place);
  return readPipelineSpec(await readFile(file, 'utf8'));
}

/** The others, each in its own words. What their programs take to start is theirs. */
export function peerChains(place: Place): readonly Chain[] {
  const fresh = () => mkdtemp(join(place.folder, 'peer-'));
  return [
    {
      name: 'kfp SubprocessRunner',
      async run(steps) {
        const script = join(peerFiles, 'kfp_chain.py');
        await runProgram(['python3', script, 'run', String(steps), await fresh()], place);
      },
    },
    {
      name: 'Metaflow, local',
      async run(steps) {
        const folder = await fresh();
        await writeFile(join(folder, 'chain.py'), metaflowChain(steps));
        const local = ['--quiet', '--no-pylint', '--metadata', 'local', '--datastore', 'local'];
        await runProgram(['python3', 'chain.py', ...local, 'run'], place, {
          folder,
          more: { METAFLOW_DATASTORE_SYSROOT_LOCAL: folder, METAFLOW_HOME: folder, METAFLOW_USER: 'bench' },
        });
      },
    },
    {
      name: 'DVC repro',
      async run(steps) {
        const folder = await fresh();
        await mkdir(join(folder, '.dvc'));
        await writeFile(join(folder, '.dvc', 'config'), '[core]\n    no_scm = true\n    analytics = false\n');
        await writeFile(join(folder, 'dvc.yaml'), dvcChain(steps));
        await runProgram(['dvc', 'repro', '--quiet'], place, { folder, more: { DVC_NO_ANALYTICS: '1' } });
      },
    },
  ];
}

/** At least two steps: Metaflow's are called start and end. */
function metaflowChain(steps: number): string {
  const names = Array.from({ length: steps }, (_, step) =>
    step === 0 ? 'start' : step === steps - 1 ? 'end' : `step${step}`,
  );
  const bodies = names.map((name, step) => {
    const next = names[step + 1];
    return `    @step\n    def ${name}(self):\n        ${next ? `self.next(self.${next})` : 'pass'}\n`;
  });
  return `from metaflow import FlowSpec, step\n\n\nclass Chain(FlowSpec):\n${bodies.join('\n')}\n\nif __name__ == "__main__":\n    Chain()\n`;
}

/** Stages follow each other by files only: each writes an empty one. */
function dvcChain(steps: number): string {
  const stages = Array.from({ length: steps }, (_, step) =>
    [
      `  step${step}:`,
      `    cmd: python3 -c "open('${step}', 'w')"`,
      ...(step > 0 ? ['    deps:', `      - '${step - 1}'`] : []),
      '    outs:',
      `      - '${step}'`,
    ].join('\n'),
  );
  return `stages:\n${stages.join('\n')}\n`;
}
