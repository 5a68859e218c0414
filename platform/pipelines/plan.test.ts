import { readFileSync } from 'node:fs';
import { digestOf } from '@visavox/core/digest';
import type { ArtifactRecord, Bindings, Parameter } from '@visavox/core/run';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { compile } from './compile.ts';
import { evaluateCondition } from './condition.ts';
import { component, pipeline, text } from './definition.ts';
import { type ShellTask, shellSpec, writtenShellSpec } from './fixtures/shell-spec.ts';
import sumOfSquares from './fixtures/sum-of-squares.ts';
import { resolveParameters } from './parameters.ts';
import { plan, type TaskOutcome } from './plan.ts';
import { parsePipelineSpec, readPipelineSpec } from './read-ir.ts';

const artifact = (name: string): ArtifactRecord => ({
  name,
  digest: digestOf(name),
  bytes: name.length,
  type: 'system.Dataset',
  metadata: {},
});

const succeeded = (
  parameters: Record<string, Parameter> = {},
  artifacts: Bindings['artifacts'] = {},
): TaskOutcome => ({ state: 'succeeded', outputs: { parameters, artifacts } });

const step = component({
  name: 'step',
  inputs: { word: { type: 'string', default: '' } },
  outputs: { said: 'string', items: 'list' },
  command: ['true'],
});

/** The plan as text, one line a task: `name kind`, with the inputs of what is ready. */
function shown(planned: ReturnType<typeof plan>): string[] {
  return planned.tasks.map((task) =>
    task.kind === 'ready'
      ? `${task.name} ready ${JSON.stringify(task.inputs.parameters)}`
      : `${task.name} ${task.kind}`,
  );
}

describe('plan', () => {
  const spec = compile(sumOfSquares);
  const parameters = resolveParameters(spec, { count: 3 });
  const made = succeeded({ shards: [0, 1, 2] }, { numbers: [artifact('numbers')] });

  it('starts with what waits for nothing, its texts filled in', () => {
    expect(shown(plan(spec, parameters, new Map()))).toEqual([
      'make-numbers ready {"count":3,"label":"first numbers"}',
      'squares waiting',
      'add waiting',
      'words waiting',
      'many/say-2 skipped',
    ]);
  });

  it('expands a loop over the list that a task gave, as far as its parallelism allows', () => {
    const planned = plan(spec, parameters, new Map([['make-numbers', made]]));
    expect(shown(planned).slice(1, 4)).toEqual([
      'squares/0/square ready {"shard":0}',
      'squares/1/square ready {"shard":1}',
      'squares/2/square waiting',
    ]);
    expect(planned.state).toBe('running');
  });

  it('collects what the iterations gave in the order of the items, whenever they ended', () => {
    const outcomes = new Map<string, TaskOutcome>([
      ['squares/2/square', succeeded({ value: 9 }, { square: [artifact('c')] })],
      ['squares/0/square', succeeded({ value: 1 }, { square: [artifact('a')] })],
      ['make-numbers', made],
      ['squares/1/square', succeeded({ value: 4 }, { square: [artifact('b')] })],
    ]);
    const add = plan(spec, parameters, outcomes).tasks.find((task) => task.name === 'add');
    expect(add?.kind === 'ready' && add.inputs).toMatchObject({
      parameters: { values: [1, 4, 9] },
      artifacts: { parts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }] },
    });
  });

  it('skips what depends on a failed task, lets the others run, and then has failed', () => {
    const two = compile(
      pipeline({ name: 'two' }, (p) => {
        const first = p.task(step, {}, { name: 'first' });
        p.task(step, { word: first.outputs.said }, { name: 'second' });
        p.task(step, {}, { name: 'other' });
        p.task(step, {}, { name: 'last', evenAfterFailure: true }).after(first);
      }),
    );
    const failed: TaskOutcome = { state: 'failed', outputs: { parameters: {}, artifacts: {} } };
    const during = plan(two, {}, new Map([['first', failed]]));
    expect(during.tasks.find((task) => task.name === 'second')).toMatchObject({
      kind: 'skipped',
      reason: 'not run, because first failed',
    });
    expect(shown(during)).toContain('other ready {"word":""}');
    expect(shown(during)).toContain('last ready {"word":""}');
    const after = plan(
      two,
      {},
      new Map([
        ['first', failed],
        ['other', succeeded()],
        ['last', succeeded()],
      ]),
    );
    expect(after.state).toBe('failed');
  });

  it('runs a loop without items as nothing at all', () => {
    const planned = plan(
      spec,
      parameters,
      new Map([['make-numbers', succeeded({ shards: [] }, { numbers: [artifact('n')] })]]),
    );
    expect(planned.tasks.find((task) => task.name === 'add')).toMatchObject({
      kind: 'ready',
      inputs: { parameters: { values: [] } },
    });
  });

  it('says what is impossible: a loop over what is no list of such items', () => {
    const planned = plan(
      spec,
      parameters,
      new Map([['make-numbers', succeeded({ shards: ['x'] }, { numbers: [artifact('n')] })]]),
    );
    expect(planned.tasks.find((task) => task.kind === 'impossible')).toMatchObject({
      name: 'squares',
      reason: 'not run, because item 0 ("x") is no NUMBER_INTEGER',
    });
  });

  it('nests loops', () => {
    const nested = compile(
      pipeline({ name: 'nested' }, (p) => {
        const outer = p.forEach(['a', 'b'], { name: 'outer' }, (a) => {
          const inner = p.forEach(
            [1, 2],
            { name: 'inner' },
            (n) => p.task(step, { word: text`${a}${n}` }).outputs,
          );
          return { said: inner.collected.said };
        });
        p.task(component({ name: 'end', inputs: { all: 'list' }, command: ['true'] }), {
          all: outer.collected.said,
        });
      }),
    );
    expect(shown(plan(nested, {}, new Map()))).toEqual([
      'outer/0/inner/0/step ready {"word":"a1"}',
      'outer/0/inner/1/step ready {"word":"a2"}',
      'outer/1/inner/0/step ready {"word":"b1"}',
      'outer/1/inner/1/step ready {"word":"b2"}',
      'end waiting',
    ]);
    const said = (place: string) => [`${place}/step`, succeeded({ said: place })] as const;
    const all = new Map(
      ['outer/0/inner/0', 'outer/0/inner/1', 'outer/1/inner/0', 'outer/1/inner/1'].map(said),
    );
    expect(plan(nested, {}, all).tasks.at(-1)).toMatchObject({
      inputs: {
        parameters: {
          all: [
            ['outer/0/inner/0', 'outer/0/inner/1'],
            ['outer/1/inner/0', 'outer/1/inner/1'],
          ],
        },
      },
    });
  });

  it("follows the SDK's branches, exit handler, importer and nested pipeline", () => {
    const theirs = parsePipelineSpec(
      readPipelineSpec(readFileSync(new URL('./fixtures/control_flow.yaml', import.meta.url), 'utf8')),
    );
    const start = plan(theirs, { count: 1 }, new Map());
    expect(shown(start)).toEqual(
      expect.arrayContaining(['guard/flip ready {"n":1}', 'inner/flip ready {"n":3}', 'goodbye waiting']),
    );
    const heads = plan(theirs, { count: 1 }, new Map([['guard/flip', succeeded({ Output: 'tails' })]]));
    expect(shown(heads)).toContain('guard/condition-branches-2/condition-4/make-2 ready {"name":"t"}');
    expect(shown(heads)).toContain('guard/condition-branches-2/condition-3/make skipped');
    const made = plan(
      theirs,
      { count: 1 },
      new Map([
        ['guard/flip', succeeded({ Output: 'tails' })],
        ['guard/condition-branches-2/condition-4/make-2', succeeded({}, { out: [artifact('tails')] })],
      ]),
    );
    expect(made.tasks.find((task) => task.name === 'guard/read')).toMatchObject({
      kind: 'ready',
      inputs: { artifacts: { d: [{ name: 'tails' }] } },
    });
  });
});

describe('a condition', () => {
  const values = { n: 4, name: 'heads', rate: 0.5, on: true };
  const cases: [string, boolean][] = [
    ["int(inputs.parameter_values['n']) > 3", true],
    ["inputs.parameter_values['rate'] <= 0.25", false],
    ["!(inputs.parameter_values['name'] == 'heads') && inputs.parameter_values['on'] == true", false],
    ["inputs.parameter_values['name'] != 'tails' || false", true],
    ["double(inputs.parameter_values['n']) == 4.0", true],
  ];
  it.each(cases)('%s is %s', (condition, expected) =>
    expect(evaluateCondition(condition, values)).toBe(expected),
  );

  it('that orders a text and a number is refused, as everywhere else', () => {
    const condition = "inputs.parameter_values['name'] > 10";
    expect(() => evaluateCondition(condition, { name: '5' })).toThrow('compares "5" with 10');
    expect(() => evaluateCondition(condition, { name: [5] })).toThrow('compares [5] with 10');
    expect(evaluateCondition(`int(${condition.slice(0, -5)}) > 10`, { name: '5' })).toBe(false);
  });

  it('whose values have no order fails its task, and no other', () => {
    const condition = "inputs.parameter_values['word'] > 10";
    const task = {
      ...{ inputs: { parameters: { word: { runtimeValue: { constant: '5' } } } } },
      triggerPolicy: { condition },
    };
    const compares: ShellTask = { script: 'true', inputs: { word: 'STRING' }, task };
    const planned = plan(shellSpec({ tasks: { compares, other: { script: 'true' } } }), {}, new Map());
    expect(shown(planned)).toEqual(['compares impossible', 'other ready {}']);
  });

  it('that is not understood is refused', () => {
    expect(() => evaluateCondition("inputs.parameter_values['n'].size() > 2", values)).toThrow(
      'cannot be evaluated',
    );
  });
});

describe('parameters', () => {
  const spec = compile(sumOfSquares);

  it('take their defaults, and texts are read as their types', () => {
    expect(resolveParameters(spec, { count: '7' })).toEqual({ count: 7, label: 'numbers' });
  });

  it('are refused when unknown or of another type', () => {
    expect(() => resolveParameters(spec, { counts: 7 })).toThrow('sum-of-squares has no parameter counts');
    expect(() => resolveParameters(spec, { count: 1.5 })).toThrow(
      'the parameter count is 1.5, expected an integer',
    );
  });
});

describe('a value that a task is given', () => {
  const item = { runtimeValue: { constant: '{"rows": [{"name": "ada"}]}' } };
  const picked = (parameterExpressionSelector: string, literals?: readonly string[]) => {
    const spec = writtenShellSpec({
      tasks: {
        step: {
          script: 'true',
          inputs: { name: 'STRING' },
          task: { inputs: { parameters: { name: { ...item, parameterExpressionSelector } } } },
        },
      },
    });
    const { components } = z.object({ components: z.record(z.string(), z.looseObject({})) }).parse(spec);
    Object.assign(components['comp-step'] ?? {}, {
      inputDefinitions: { parameters: { name: { parameterType: 'STRING', literals } } },
    });
    return plan(parsePipelineSpec({ ...spec, components }), {}, new Map()).tasks[0];
  };
  const name = 'parseJson(string_value)["rows"][0]["name"]';

  it('may be a part of another, by keys and positions', () => {
    expect(picked(name)).toMatchObject({ kind: 'ready', inputs: { parameters: { name: 'ada' } } });
    expect(picked('parseJson(string_value)["rows"][1]["name"]')).toMatchObject({ kind: 'impossible' });
    expect(() => picked('size(string_value)')).toThrow('picks a part of name by size(string_value)');
  });

  it('has to be one of those that the component allows', () => {
    expect(picked(name, ['ada', 'grace'])).toMatchObject({ kind: 'ready' });
    expect(picked(name, ['grace'])).toMatchObject({
      kind: 'impossible',
      reason: 'not run, because its input name is "ada", and has to be one of ["grace"]',
    });
  });
});
