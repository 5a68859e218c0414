import { afterAll, beforeAll, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import { component, pipeline } from '../definition.ts';
import type { PipelineSpec } from '../ir.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let test: EngineForTest;
beforeAll(async () => {
  test = await engineForTest();
});
afterAll(() => test.close());

/** As kfp compiles `read(values=[make.output, '{{$.pipeline_job_name}}'])`: an output inside of a list is carried in beside it. */
function specWithValues(values: Record<string, string | string[] | Record<string, string>>): PipelineSpec {
  const make = component({
    name: 'make',
    outputs: { word: 'string' },
    command: ({ outputs }) => ['sh', '-c', 'printf "a \\"word\\"" > "$0"', outputs.word.path],
  });
  const read = component({
    name: 'read',
    inputs: { values: 'struct' },
    outputs: { values: 'struct' },
    command: ({ inputs, outputs }) => [
      'sh',
      '-c',
      'printf %s "$0" > "$1"',
      inputs.values,
      outputs.values.path,
    ],
  });
  const definition = pipeline({ name: 'filled' }, (p) => {
    const made = p.task(make);
    p.task(read, { values: {} }).after(made);
  });
  const spec = structuredClone(compile(definition));
  const task = spec.root.dag?.tasks.read;
  if (!task) throw new Error('no task');
  task.inputs = {
    ...task.inputs,
    parameters: {
      values: { runtimeValue: { constant: values } },
      'pipelinechannel--make-word': {
        taskOutputParameter: { producerTask: 'make', outputParameterKey: 'word' },
      },
    },
  };
  return spec;
}

it('leaves a value alone that an earlier task gave, whatever it looks like', async () => {
  const word = "{{$.pipeline_job_name}} {{$.inputs.parameters['word']}}";
  const make = component({
    name: 'make',
    outputs: { word: 'string' },
    command: ({ outputs }) => ['sh', '-c', 'printf %s "$MADE" > "$0"', outputs.word.path],
  });
  const pass = component({
    name: 'pass',
    inputs: { word: 'string' },
    outputs: { word: 'string' },
    command: ({ inputs, outputs }) => ['sh', '-c', 'printf %s "$0" > "$1"', inputs.word, outputs.word.path],
  });
  const passed = pipeline({ name: 'passed' }, (p) => {
    p.task(pass, { word: p.task(make).outputs.word });
  });
  const own = await engineForTest({ environment: { MADE: word } });
  const run = await own.engine.wait(await own.engine.submit(requestFor(passed)));
  expect(run.tasks.find(({ name }) => name === 'pass')?.outputs.parameters.word).toBe(word);
  await own.close();
});

it('fills in what constant arguments name, however deep, and leaves what stands for nothing', async () => {
  const pipelineSpec = specWithValues({
    words: ["{{$.inputs.parameters['pipelinechannel--make-word']}}", 'b'],
    job: {
      name: '{{$.pipeline_job_name}}',
      resource: '{{$.pipeline_job_resource_name}}',
      scheduled: '{{$.pipeline_job_schedule_time_utc}}',
      id: 'of {{$.pipeline_job_uuid}}',
      task: '{{$.pipeline_task_name}}',
    },
    made: '{{$.pipeline_job_create_time_utc}}',
    other: '{{$.something}}',
  });
  const request = requestFor(
    pipeline({ name: 'filled' }, () => {}),
    { pipelineSpec },
  );
  const run = await test.engine.wait(await test.engine.submit(request));
  expect(run).toMatchObject({ state: 'succeeded', reason: null });
  expect(run.tasks.find(({ name }) => name === 'read')?.outputs.parameters.values).toEqual({
    words: ['a "word"', 'b'],
    job: {
      name: 'filled',
      resource: `filled-${run.id}`,
      scheduled: run.createdAt,
      id: `of ${run.id}`,
      task: 'read',
    },
    made: run.createdAt,
    other: '{{$.something}}',
  });
});
