import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { component, pipeline, text } from '../definition.ts';
import type { PipelineNode } from '../nodes.ts';
import { FileRunStore, ownSeconds, processesWith, requestFor } from '../testing.ts';

const host = fileURLToPath(new URL('../fixtures/engine-host.ts', import.meta.url));

let folder: string;
let hosts: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-crash-'));
  hosts = [];
});
afterEach(async () => {
  for (const child of hosts) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A step that writes into the ledger when it starts and when it ends. */
const noted = (name: string, seconds: number) =>
  component({
    name,
    inputs: { word: { type: 'string', default: '' } },
    outputs: { said: 'string' },
    command: ({ inputs, outputs }) => [
      'sh',
      '-c',
      `echo "start $VISAVOX_TASK" >> ${join(folder, 'ledger')}; sleep ${seconds}; printf %s "$0." > "$1"; echo "end $VISAVOX_TASK" >> ${join(folder, 'ledger')}`,
      inputs.word,
      outputs.said.path,
    ],
    cache: false,
  });

const longPipeline = () =>
  pipeline({ name: 'long' }, (p) => {
    const first = p.task(noted('first', 0.1));
    const each = p.forEach(
      ['a', 'b', 'c'],
      { name: 'each' },
      (letter) => p.task(noted('middle', 0.8), { word: text`${letter}${first.outputs.said}` }).outputs,
    );
    p.task(
      component({
        name: 'last',
        inputs: { all: 'list' },
        outputs: { all: 'string' },
        command: ({ inputs, outputs }) => ['sh', '-c', 'printf %s "$0" > "$1"', inputs.all, outputs.all.path],
      }),
      { all: each.collected.said },
    );
  });

async function request(definition: PipelineNode): Promise<string> {
  const made = requestFor(definition);
  await writeFile(join(folder, 'request.json'), JSON.stringify(made));
  return made.id;
}

function startHost(): ChildProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', host, folder], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  hosts.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  // On a busy machine it may have come to its end by itself.
  if (child.exitCode !== null) {
    expect(child.exitCode).toBe(0);
    return;
  }
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Starts a host that works until all is done. */
async function finish(id: string): Promise<RunRecord> {
  const child = startHost();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  const run = await new FileRunStore(join(folder, 'records')).get(id);
  if (!run) throw new Error('the run is lost');
  return run;
}

const ledger = async () =>
  (await readFile(join(folder, 'ledger'), 'utf8').catch(() => '')).trim().split('\n');
const ledgerHolds = (line: string) => expect.poll(ledger, { timeout: 30_000 }).toContain(line);

describe('kill -9 of the engine', () => {
  it('leaves running tasks to the next engine, which repeats nothing', async () => {
    const id = await request(longPipeline());
    const child = startHost();
    await ledgerHolds('start each/1/middle');
    await kill(child);
    const run = await finish(id);
    expect(run.state).toBe('succeeded');
    expect(run.tasks.at(-1)?.outputs.parameters.all).toBe('["a..","b..","c.."]');
    expect(run.tasks.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 1]);
    expect((await ledger()).filter((line) => line.startsWith('start')).sort()).toEqual([
      'start each/0/middle',
      'start each/1/middle',
      'start each/2/middle',
      'start first',
    ]);
    expect(await readdir(join(folder, 'runs', id))).not.toContain('tasks');
  });

  it('at many moments, one after the other, loses nothing and repeats nothing', async () => {
    const id = await request(longPipeline());
    for (const after of [0, 15, 40, 100, 250]) {
      const child = startHost();
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      await sleep(after);
      await kill(child);
    }
    const run = await finish(id);
    expect(run).toMatchObject({ state: 'succeeded', reason: null });
    const lines = await ledger();
    expect(lines.length).toBe(new Set(lines).size);
    expect(lines).toHaveLength(8);
  });

  it('together with a task: the task alone is run again, and what it left running is ended first', async () => {
    const seconds = ownSeconds();
    const lasting = component({
      name: 'lasting',
      command: [
        'sh',
        '-c',
        `echo "start $$" >> ${join(folder, 'ledger')}; [ -e ${join(folder, 'again')} ] || sleep ${seconds}`,
      ],
      cache: false,
    });
    const id = await request(
      pipeline({ name: 'lost' }, (p) => {
        p.task(noted('before', 0));
        p.task(lasting);
      }),
    );
    const child = startHost();
    await expect
      .poll(async () => (await ledger()).find((line) => /^start \d/.test(line)), { timeout: 30_000 })
      .toBeDefined();
    await expect
      .poll(
        async () =>
          (await new FileRunStore(join(folder, 'records')).get(id))?.tasks.find(
            ({ name }) => name === 'before',
          )?.state,
      )
      .toBe('succeeded');
    await kill(child);
    // Its wrapper dies, the command itself goes on.
    const wrapper = Number(
      (await readFile(join(folder, 'runs', id, 'tasks', 'lasting~1', 'pid'), 'utf8')).split(' ')[0],
    );
    process.kill(wrapper, 'SIGKILL');
    await writeFile(join(folder, 'again'), '');
    const run = await finish(id);
    expect(run.state).toBe('succeeded');
    expect(run.tasks.find(({ name }) => name === 'lasting')).toMatchObject({ attempts: 2 });
    expect((await ledger()).filter((line) => line === 'start before')).toHaveLength(1);
    expect(await processesWith(seconds)).toEqual([]);
  });

  it('while it cancels: the next engine goes on canceling', async () => {
    const id = await request(pipeline({ name: 'canceled' }, (p) => void p.task(noted('endless', 600))));
    const child = startHost();
    await ledgerHolds('start endless');
    await kill(child);
    const store = new FileRunStore(join(folder, 'records'));
    const before = await store.get(id);
    if (before) await store.save({ ...before, state: 'canceling' });
    const run = await finish(id);
    expect(run.state).toBe('canceled');
    expect(run.tasks[0]).toMatchObject({ name: 'endless', state: 'canceled' });
    expect(await ledger()).not.toContain('end endless');
  });
});
