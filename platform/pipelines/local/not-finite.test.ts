import { numbersOf } from '@visavox/core/run-metrics';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { component, pipeline } from '../definition.ts';
import type { PipelineNode } from '../nodes.ts';
import { type EngineForTest, engineForTest, requestFor } from '../testing.ts';

let test: EngineForTest;
beforeAll(async () => {
  test = await engineForTest();
});
afterAll(() => test.close());

const run = async (definition: PipelineNode) =>
  test.engine.wait(await test.engine.submit(requestFor(definition)));

/** A step that writes a text as its only output. */
const writes = (type: 'number' | 'integer' | 'struct' | 'list', text: string) =>
  component({
    name: 'measure',
    outputs: { value: type },
    command: ({ outputs }) => ['sh', '-c', 'printf "%s" "$0" > "$1"', text, outputs.value.path],
    cache: false,
  });

it.each([
  ['number', 'nan', 'The output value is NaN'],
  ['number', '-inf', 'The output value is -Infinity'],
  ['integer', 'NaN', 'The output value is NaN'],
  ['struct', '{"loss": {"last": NaN}}', 'loss.last in the output value is NaN'],
  ['list', '[1, Infinity]', '1 in the output value is Infinity'],
  ['struct', '{"big": 1e999}', 'big in the output value is Infinity'],
] as const)('a %s that is %s fails its task, which says so', async (type, text, words) => {
  const record = await run(pipeline({ name: 'measured' }, (p) => void p.task(writes(type, text))));
  expect(record.state).toBe('failed');
  expect(record.tasks[0]?.reason).toContain(`${words}, which is no number in JSON`);
});

it("metrics may be NaN, as Python's json writes it", async () => {
  const metrics = component({
    name: 'measure',
    outputs: { report: 'metrics' },
    command: ({ executorOutput }) => [
      'sh',
      '-c',
      `printf '%s' '{"artifacts": {"report": {"artifacts": [{"metadata": {"loss": NaN, "best": 0.5}}]}}}' > "$0"`,
      executorOutput,
    ],
    cache: false,
  });
  const record = await run(pipeline({ name: 'measured' }, (p) => void p.task(metrics)));
  expect(record).toMatchObject({ state: 'succeeded' });
  const [task] = record.tasks;
  expect(task?.outputs.artifacts.report?.[0]?.metadata).toEqual({ loss: 'NaN', best: 0.5 });
  expect(task && [...numbersOf(task)]).toEqual([
    ['loss', Number.NaN],
    ['best', 0.5],
  ]);
});
