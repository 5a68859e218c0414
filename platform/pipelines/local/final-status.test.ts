import { afterAll, beforeAll, expect, it } from 'vitest';
import { pipeline } from '../definition.ts';
import { type ShellTask, shellSpec } from '../fixtures/shell-spec.ts';
import type { PipelineSpec } from '../ir.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let test: EngineForTest;
beforeAll(async () => {
  test = await engineForTest();
});
afterAll(() => test.close());

/** What the SDK compiles `with dsl.ExitHandler(report(status=…))` to: it runs whatever became of the other. */
const exitTask: ShellTask = {
  script: 'printf %s "$0" > "$1"',
  inputs: { status: 'TASK_FINAL_STATUS' },
  outputs: { said: 'STRUCT' },
  task: {
    dependentTasks: ['train'],
    inputs: { parameters: { status: { taskFinalStatus: { producerTask: 'train' } } } },
    triggerPolicy: { strategy: 'ALL_UPSTREAM_TASKS_COMPLETED' },
  },
};

async function run(pipelineSpec: PipelineSpec) {
  const request = requestFor(
    pipeline({ name: 'shell' }, () => {}),
    { pipelineSpec },
  );
  const record = await test.engine.wait(await test.engine.submit(request));
  const report = record.tasks.find(({ name }) => name === 'report');
  return { record, said: report?.outputs.parameters.said };
}

it('tells an exit handler what failed, and why', async () => {
  const { record, said } = await run(
    shellSpec({ tasks: { train: { script: 'echo no memory; exit 3' }, report: exitTask } }),
  );
  expect(record.state).toBe('failed');
  expect(said).toEqual({
    state: 'FAILED',
    pipelineJobResourceName: `shell-${record.id}`,
    pipelineTaskName: 'train',
    error: { message: expect.stringMatching(/^train failed: it ended with exit code 3(.|\n)*no memory/) },
  });
});

it('tells it that all went well', async () => {
  const { record, said } = await run(shellSpec({ tasks: { train: { script: 'true' }, report: exitTask } }));
  expect(record.state).toBe('succeeded');
  expect(said).toMatchObject({ state: 'COMPLETE', pipelineTaskName: 'train', error: {} });
});

it('is nothing that whoever starts a run could give', () => {
  const parameters = { status: { parameterType: 'TASK_FINAL_STATUS', isOptional: true } };
  expect(() => shellSpec({ tasks: { train: { script: 'true' } }, parameters })).toThrow(
    'its parameter status is the final status of a task, which only an exit handler gives',
  );
});
