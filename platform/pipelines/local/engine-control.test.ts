import { hexOf } from '@visavox/core/digest';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFolder } from '../artifacts.ts';
import { compile } from '../compile.ts';
import { component, pipeline } from '../definition.ts';
import sumOfSquares from '../fixtures/sum-of-squares.ts';
import type { PipelineNode } from '../nodes.ts';
import { type EngineForTest, engineForTest, ownSeconds, processesWith, requestFor } from '../testing.ts';

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

describe('the cache', () => {
  const stamped = pipeline(
    { name: 'stamped', parameters: { word: { type: 'string', default: 'a' } } },
    (p) => {
      p.task(shell('stamp', 'printf "%s %s" "$0" "$(date +%N)" > "$1"'), { word: p.parameters.word });
    },
  );

  it('answers for the same inputs, and not for others', async () => {
    const first = await run(stamped);
    const again = await run(stamped);
    expect(task(again, 'stamp')).toMatchObject({
      state: 'skipped',
      cached: true,
      attempts: 0,
      outputs: task(first, 'stamp').outputs,
    });
    expect(again.state).toBe('succeeded');
    expect(task(await run(stamped, { parameters: { word: 'b' } }), 'stamp').cached).toBe(false);
    expect(task(await run(stamped, { useCache: false }), 'stamp').cached).toBe(false);
  });

  it('answers for a key of its own where a task of the kfp SDK has one, whatever its inputs are', async () => {
    const keyed = structuredClone(compile(stamped));
    const caching = { enableCache: true, cacheKey: 'monday' };
    Object.assign(keyed.root.dag.tasks.stamp ?? {}, { cachingOptions: caching });
    const runWith = (word: string) => run(stamped, { pipelineSpec: keyed, parameters: { word } });
    const first = await runWith('a');
    expect(task(await runWith('b'), 'stamp')).toMatchObject({
      ...{ cached: true, outputs: task(first, 'stamp').outputs },
    });
    expect(task(await run(stamped, { parameters: { word: 'a' } }), 'stamp').cached).toBe(false);
  });

  it('does not answer with outputs whose bytes are gone', async () => {
    const definition = pipeline({ name: 'gone' }, (p) => {
      p.task(
        component({
          name: 'make',
          outputs: { file: 'dataset' },
          command: ({ outputs }) => ['sh', '-c', 'mkdir "$0" && echo x > "$0/x"', outputs.file.path],
        }),
      );
    });
    const first = await run(definition);
    const tree = await readFolder(
      test.objects,
      task(first, 'make').outputs.artifacts.file?.[0]?.digest ?? '',
    );
    const hex = tree.files[0] ? hexOf(tree.files[0].digest) : '';
    await test.objects.delete(`blobs/${hex.slice(0, 2)}/${hex}`);
    expect(task(await run(definition), 'make').state).toBe('succeeded');
  });
});

describe('canceling', () => {
  it('ends the processes with all their children, and the run can be resumed', async () => {
    const seconds = ownSeconds();
    const definition = pipeline({ name: 'long' }, (p) => {
      p.task(say, { word: 'quick' }, { name: 'quick' });
      p.task(shell('long', `sleep ${seconds} & echo started; wait`, { cache: false }));
    });
    const id = await test.engine.submit(requestFor(definition));
    await logged(id, 'long', 'started');
    expect(await processesWith(seconds)).toHaveLength(1);
    // They run side by side, and only what has ended is not canceled.
    const quick = async () => task(await test.engine.get(id), 'quick').state;
    await expect.poll(quick, { timeout: 20_000 }).toBe('succeeded');
    await test.engine.cancel(id);
    const record = await test.engine.wait(id);
    expect(record).toMatchObject({ state: 'canceled' });
    expect(task(record, 'long').state).toBe('canceled');
    expect(task(record, 'quick').state).toBe('succeeded');
    expect(await processesWith(seconds)).toEqual([]);
    await test.engine.cancel(id);
    await test.engine.resume(id);
    await logged(id, 'long', 'started');
    await test.engine.cancel(id);
    expect((await test.engine.wait(id)).state).toBe('canceled');
  });

  it('kills what does not want to end', async () => {
    await test.close();
    test = await engineForTest({ graceMs: 200 });
    const stubborn = shell('stubborn', 'trap "" TERM; echo started; while true; do sleep 0.1; done');
    const id = await test.engine.submit(
      requestFor(pipeline({ name: 'stubborn' }, (p) => void p.task(stubborn))),
    );
    await logged(id, 'stubborn', 'started');
    await test.engine.cancel(id);
    expect((await test.engine.wait(id)).state).toBe('canceled');
  });

  async function logged(id: string, name: string, words: string): Promise<void> {
    await expect.poll(() => test.engine.logs(id, name), { timeout: 20_000 }).toContain(words);
  }
});

describe('the composition root', () => {
  it('hears of runs and tasks, and gives tasks what tracking needs; it is asked again when it fails', async () => {
    await test.close();
    const heard: string[] = [];
    let asked = 0;
    let askedForTask = 0;
    test = await engineForTest({
      environment: { SETUP: 'given' },
      hooks: {
        onRunStarted: async (run) => {
          if (++asked === 1) throw new Error('the tracking server is not up yet');
          heard.push(`started ${run.pipeline}`);
          return { trackingRun: 'tracked-1', environment: { MLFLOW_RUN_ID: 'tracked-1', RUN: run.id } };
        },
        onTaskStarted: async (run, task) => {
          if (++askedForTask === 1) throw new Error('the tracking server is started again');
          heard.push(`started ${task.name} of ${run.trackingRun}`);
          return { trackingRun: 'tracked-2', environment: { MLFLOW_RUN_ID: 'tracked-2' } };
        },
        onTaskFinished: async (_, finished) => {
          heard.push(`${finished.name} ${finished.state} ${finished.trackingRun}`);
          return ['a metric has another name there'];
        },
        onRunFinished: async (run) => {
          heard.push(`finished ${run.state}`);
          throw new Error('the tracking server went away');
        },
      },
    });
    const record = await run(
      pipeline({ name: 'tracked' }, (p) => {
        p.task(shell('look', 'printf "%s" "$MLFLOW_RUN_ID $RUN $SETUP" > "$1"'));
      }),
    );
    expect(record).toMatchObject({ state: 'succeeded', trackingRun: 'tracked-1', reason: null });
    expect(record.notices).toEqual([
      'a metric has another name there',
      'It is not tracked in full: the tracking server went away',
    ]);
    expect(task(record, 'look')).toMatchObject({ trackingRun: 'tracked-2', reason: null });
    expect(task(record, 'look').outputs.parameters.said).toBe(`tracked-2 ${record.id} given`);
    expect(heard).toEqual([
      'started tracked',
      'started look of tracked-1',
      'look succeeded tracked-2',
      'finished succeeded',
    ]);
  });

  it('may have a store that fails for a moment', async () => {
    const save = test.runs.save.bind(test.runs);
    const id = await test.engine.submit(requestFor(sumOfSquares));
    let failures = 1;
    test.runs.save = async (record) => {
      if (failures-- > 0) throw new Error('the database restarts');
      await save(record);
    };
    expect((await test.engine.wait(id)).state).toBe('succeeded');
    expect((await test.runs.get(id))?.state).toBe('succeeded');
  });
});

it('one folder has one engine', async () => {
  await expect(engineForTest({ folder: test.folder })).rejects.toThrow('runs pipelines in');
});

/** A process that ended and that nobody has asked for is a zombie: not running. */
