import { describe, expect, it } from 'vitest';
import { type ShellTask, writtenShellSpec } from './fixtures/shell-spec.ts';
import { parsePipelineSpec } from './read-ir.ts';

/** What is said of a task with these fields, and where. */
function refusalOf(task: ShellTask['task'], parameters: Record<string, unknown> = {}): unknown {
  const step: ShellTask = { script: 'true', inputs: { word: 'STRING' }, ...(task && { task }) };
  try {
    parsePipelineSpec(writtenShellSpec({ tasks: { step, other: { script: 'true' } }, parameters }));
  } catch (error) {
    return error;
  }
  return undefined;
}

const inStep = ['root', 'dag', 'tasks', 'step'];
const word = (source: unknown) => ({ inputs: { parameters: { word: source } } });

describe('before anything runs, it is said of a task, with the place', () => {
  it.each<[string, ShellTask['task'], readonly (string | number)[], string]>([
    ['that waits for none', { dependentTasks: ['gone'] }, ['dependentTasks', 0], 'waits for gone'],
    [
      'whose condition cannot be read',
      { triggerPolicy: { condition: "inputs.parameter_values['word'].matches('a')" } },
      ['triggerPolicy', 'condition'],
      'has a condition that cannot be read',
    ],
    [
      'that reads what no task gives',
      word({ taskOutputParameter: { producerTask: 'other', outputParameterKey: 'gone' } }),
      ['inputs', 'parameters', 'word'],
      'reads the parameter gone of other',
    ],
    [
      'that asks what became of no task',
      word({ taskFinalStatus: { producerTask: 'gone' } }),
      ['inputs', 'parameters', 'word'],
      'asks what became of gone',
    ],
    ['that uses a component that is not there', { componentRef: { name: 'gone' } }, ['componentRef'], 'gone'],
    [
      'that iterates over nothing',
      { parameterIterator: { itemInput: 'word', items: {} } },
      ['parameterIterator'],
      'iterates',
    ],
  ])('%s', (_what, task, place, words) => {
    expect(refusalOf(task)).toMatchObject({
      code: 'pipeline_spec_invalid',
      message: expect.stringContaining(words),
      details: { place: [...inStep, ...place] },
    });
  });
});

it('has no pipeline that whoever starts it would have to give an artifact', () => {
  const spec = writtenShellSpec({ tasks: { step: { script: 'true' } } });
  const root = { ...(spec.root as object), inputDefinitions: { artifacts: { data: { artifactType: {} } } } };
  expect(() => parsePipelineSpec({ ...spec, root })).toThrow('its input data is an artifact');
});
