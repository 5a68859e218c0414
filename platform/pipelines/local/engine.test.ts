import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { getBlob } from '@visavox/core/object-store';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolder } from '../artifacts.ts';
import { noCode } from '../code/stored-code.ts';
import { component, pipeline, text } from '../definition.ts';
import sumOfSquares from '../fixtures/sum-of-squares.ts';
import type { PipelineNode } from '../nodes.ts';
import { pipelineEngineContract } from '../pipeline-engine.contract.ts';
import { readPipelineSpec } from '../read-ir.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

pipelineEngineContract(engineForTest);

let test: EngineForTest;
beforeEach(async () => {
  test = await engineForTest();
});
afterEach(() => test.close());

async function run(
  definition: PipelineNode,
  changes: Parameters<typeof requestFor>[1] = {},
): Promise<RunRecord> {
  return test.engine.wait(await test.engine.submit(requestFor(definition, changes)));
}

function task(record: RunRecord, name: string): TaskRecord {
  const found = record.tasks.find((candidate) => candidate.name === name);
  if (!found)
    throw new Error(`no task ${name} in ${record.tasks.map((candidate) => candidate.name).join(', ')}`);
  return found;
}

const textOf = async (record: TaskRecord, output: string) =>
  new TextDecoder().decode(await getBlob(test.objects, record.outputs.artifacts[output]?.[0]?.digest ?? ''));

/** A shell step that takes a word and gives a word. */
const shell = (name: string, script: string, more: { retries?: number; cache?: boolean } = {}) =>
  component({
    name,
    inputs: { word: { type: 'string', default: '' } },
    outputs: { said: 'string' },
    command: ({ inputs, outputs }) => ['sh', '-c', script, inputs.word, outputs.said.path],
    ...more,
  });
const say = shell('say', 'printf %s "$0" > "$1"; echo "said $0"');

describe('a run', () => {
  it('passes parameters and files from task to task, loops included', async () => {
    const record = await run(sumOfSquares, { parameters: { count: 3 } });
    expect(record).toMatchObject({
      state: 'succeeded',
      reason: null,
      engine: 'local',
      pipeline: 'sum-of-squares',
    });
    expect(record.tasks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'make-numbers succeeded',
      'squares/0/square succeeded',
      'squares/1/square succeeded',
      'squares/2/square succeeded',
      'add succeeded',
      'many/say-2 skipped',
      'words/0/say succeeded',
      'words/1/say succeeded',
    ]);
    expect(task(record, 'add').outputs.parameters).toEqual({ total: 14 });
    expect(await textOf(task(record, 'add'), 'report')).toBe('1 squared, 2 squared, 3 squared');
    expect(task(record, 'add').outputs.artifacts.quality?.[0]?.metadata).toEqual({ total: 14 });
    expect(task(record, 'make-numbers').inputs.parameters.label).toBe('first numbers');
    expect(await test.engine.logs(record.id, 'words/1/say')).toBe('square\n');
  });

  it('runs what the kfp SDK compiled from the same pipeline, with the same result', async () => {
    const yaml = readFileSync(new URL('../fixtures/sum_of_squares.yaml', import.meta.url), 'utf8');
    const theirs = await run(sumOfSquares, {
      pipelineSpec: readPipelineSpec(yaml),
      parameters: { count: 3 },
    });
    const ours = await run(sumOfSquares, { parameters: { count: 3 }, useCache: false });
    expect(theirs.state).toBe('succeeded');
    expect(task(theirs, 'add').outputs).toEqual(task(ours, 'add').outputs);
    expect(theirs.tasks.map(({ name }) => name)).toEqual(ours.tasks.map(({ name }) => name));
  });

  it('pins what it is made of', async () => {
    const request = requestFor(sumOfSquares, { datasets: [digestOf('dataset')], seed: 7 });
    const { pins } = await test.engine.wait(await test.engine.submit(request));
    expect(pins).toMatchObject({
      code: noCode.digest,
      environment: digestOf('environment'),
      datasets: [digestOf('dataset')],
      parameters: { count: 4, label: 'numbers' },
      seed: 7,
    });
    expect(JSON.parse(new TextDecoder().decode(await getBlob(test.objects, pins.pipeline)))).toEqual(
      request.pipelineSpec,
    );
  });

  it('runs tasks that do not wait for each other at the same time, as many as there are cores', async () => {
    const record = await run(
      pipeline({ name: 'wide' }, (p) => {
        p.forEach([1, 2, 3, 4, 5, 6], { name: 'each' }, (n) => {
          p.task(shell('nap', 'sleep 0.2; : > "$1"'), { word: text`${n}` });
        });
      }),
    );
    expect(record.state).toBe('succeeded');
    expect(mostAtOnce(record)).toBe(4);
  });

  it('keeps the order that `after` asks for', async () => {
    const record = await run(
      pipeline({ name: 'ordered' }, (p) => {
        const first = p.task(say, { word: 'a' }, { name: 'first' });
        p.task(say, { word: 'b' }, { name: 'second' }).after(first);
      }),
    );
    expect(String(task(record, 'second').startedAt) >= String(task(record, 'first').finishedAt)).toBe(true);
  });

  it('is the same run when it is asked for twice', async () => {
    const request = requestFor(sumOfSquares);
    const [first, second] = await Promise.all([test.engine.submit(request), test.engine.submit(request)]);
    expect(first).toBe(second);
    await test.engine.wait(first);
    expect(await test.engine.submit(request)).toBe(first);
    await expect(test.engine.submit({ ...request, parameters: { count: 9 } })).rejects.toThrow(
      'is another one',
    );
  });

  it('carries whole folders', async () => {
    const record = await run(
      pipeline({ name: 'folders' }, (p) => {
        const written = p.task(
          component({
            name: 'write',
            outputs: { tree: 'dataset' },
            command: ({ outputs }) => [
              'sh',
              '-c',
              'mkdir -p "$0/deep" && echo b > "$0/b" && echo a > "$0/deep/a"',
              outputs.tree.path,
            ],
          }),
        );
        p.task(
          component({
            name: 'list',
            inputs: { tree: 'dataset' },
            outputs: { names: 'string' },
            command: ({ inputs, outputs }) => [
              'sh',
              '-c',
              'cd "$0" && find . -type f | sort | tr "\\n" " " > "$1"',
              inputs.tree.path,
              outputs.names.path,
            ],
          }),
          { tree: written.outputs.tree },
        );
      }),
    );
    expect(task(record, 'list').outputs.parameters.names).toBe('./b ./deep/a ');
    const tree = task(record, 'write').outputs.artifacts.tree?.[0];
    expect((await readFolder(test.objects, tree?.digest ?? '')).files.map(({ path }) => path)).toEqual([
      'b',
      'deep/a',
    ]);
  });

  it('leaves nothing in plain bytes behind but its logs', async () => {
    const record = await run(sumOfSquares);
    expect((await readdir(join(test.folder, record.id))).sort()).toEqual(['logs', 'run.json']);
    expect((await stat(join(test.folder, record.id))).mode & 0o777).toBe(0o700);
  });

  it('shows tasks only the environment that is meant for them', async () => {
    process.env.SECRET_OF_THE_SERVER = 'secret';
    const record = await run(
      pipeline({ name: 'environment' }, (p) => {
        p.task(shell('look', 'printf "%s" "[$SECRET_OF_THE_SERVER][$VISAVOX_TASK][$VISAVOX_CODE]" > "$1"'));
      }),
    );
    expect(task(record, 'look').outputs.parameters.said).toBe(`[][look][${record.pins.code}]`);
  });

  it('tells the CPU time of a task and its children', async () => {
    const record = await run(
      pipeline({ name: 'busy' }, (p) => {
        p.task(shell('count', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; : > "$1"'));
      }),
    );
    expect(task(record, 'count').cpuSeconds).toBeGreaterThan(0.01);
  });
});

describe('a failure', () => {
  it('is tried again as often as the component says', async () => {
    const flaky = shell(
      'flaky',
      'n=$(cat /tmp/$VISAVOX_RUN 2>/dev/null || echo 0); n=$((n+1)); echo $n > /tmp/$VISAVOX_RUN; echo try $n; [ $n = 3 ] && rm /tmp/$VISAVOX_RUN && echo done > "$1"',
      { retries: 2 },
    );
    const record = await run(pipeline({ name: 'flaky' }, (p) => void p.task(flaky)));
    expect(task(record, 'flaky')).toMatchObject({ state: 'succeeded', attempts: 3 });
    expect(await test.engine.logs(record.id, 'flaky')).toBe(
      '--- attempt 1 ---\ntry 1\n--- attempt 2 ---\ntry 2\n--- attempt 3 ---\ntry 3\n',
    );
  });

  it('skips what depends on it, lets the others finish, and says what happened and what to do', async () => {
    const record = await run(
      pipeline({ name: 'partly' }, (p) => {
        const bad = p.task(shell('bad', 'echo "no such column: age" >&2; exit 3'));
        p.task(say, { word: bad.outputs.said }, { name: 'dependent' });
        p.task(shell('slow', 'sleep 0.3; echo > "$1"'));
      }),
    );
    expect(record.state).toBe('failed');
    expect(record.reason).toMatch(
      /^bad failed: it ended with exit code 3\. Its last lines:\nno such column: age\n/,
    );
    expect(record.reason).toMatch(/resume the run/);
    expect(task(record, 'slow').state).toBe('succeeded');
    expect(task(record, 'dependent')).toMatchObject({
      state: 'skipped',
      reason: 'not run, because bad failed',
    });
  });

  it.each([
    [
      'a program that is not there',
      component({ name: 'step', command: ['no-such-program'] }),
      '"no-such-program" was not found on this machine',
    ],
    [
      'an output that was not written',
      component({ name: 'step', outputs: { model: 'model' }, command: ['true'] }),
      "Its output model is not there as declared: the task did not write it to outputs.artifacts['model'].path",
    ],
    [
      'a number that is none',
      component({
        name: 'step',
        outputs: { n: 'number' },
        command: ({ outputs }) => ['sh', '-c', 'echo many > "$0"', outputs.n.path],
      }),
      'the task wrote "many\\n", which is no NUMBER_DOUBLE',
    ],
    [
      'a link to a folder somewhere else',
      component({
        name: 'step',
        outputs: { d: 'dataset' },
        command: ({ outputs }) => ['sh', '-c', 'mkdir "$0" && ln -s / "$0/all"', outputs.d.path],
      }),
      'the link all leads out of the folder, to /',
    ],
    [
      'a process that is killed',
      component({ name: 'step', command: ['sh', '-c', 'kill -9 $$'] }),
      'it was ended by signal 9',
    ],
    [
      'a placeholder that stands for nothing',
      component({ name: 'step', command: ['echo', "{{$.inputs.parameters['x'].y.z}}"] }),
      'which stands for nothing',
    ],
  ])('%s has a clear reason', async (_, step, reason) => {
    const record = await run(pipeline({ name: 'wrong' }, (p) => void p.task(step)));
    expect(record.state).toBe('failed');
    expect(record.reason).toContain(reason);
  });

  it('of a missing input blob or a folder that cannot be written does not stop the engine', async () => {
    const request = requestFor(sumOfSquares);
    const { promises: fs } = await import('node:fs');
    await fs.mkdir(join(test.folder, request.id), { recursive: true });
    await fs.writeFile(join(test.folder, request.id, 'tasks'), 'a file in the way');
    const record = await test.engine.wait(await test.engine.submit(request));
    expect(record.state).toBe('failed');
    expect((await run(sumOfSquares)).state).toBe('succeeded');
  });

  it('can be resumed without repeating what is finished', async () => {
    const marker = join(test.folder, 'mended');
    const definition = pipeline({ name: 'mended' }, (p) => {
      const first = p.task(shell('first', 'date +%N > "$1"', { cache: false }));
      p.task(shell('second', `test -e ${marker} && printf %s "$0" > "$1"`, { cache: false }), {
        word: first.outputs.said,
      });
    });
    const failed = await run(definition);
    expect(failed.state).toBe('failed');
    const { promises: fs } = await import('node:fs');
    await fs.writeFile(marker, '');
    await test.engine.resume(failed.id);
    const resumed = await test.engine.wait(failed.id);
    expect(resumed.state).toBe('succeeded');
    expect(task(resumed, 'first')).toEqual(task(failed, 'first'));
    expect(task(resumed, 'second')).toMatchObject({
      attempts: 2,
      inputs: { parameters: { word: task(failed, 'first').outputs.parameters.said } },
    });
  });
});

/** The largest number of tasks whose recorded times overlap. */
function mostAtOnce(record: RunRecord): number {
  return Math.max(
    ...record.tasks.map(
      (one) =>
        record.tasks.filter(
          (other) =>
            String(other.startedAt) <= String(one.startedAt) &&
            String(one.startedAt) < String(other.finishedAt),
        ).length,
    ),
  );
}
