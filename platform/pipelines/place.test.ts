import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { writtenShellSpec } from './fixtures/shell-spec.ts';
import { lineOf, withLine } from './place.ts';
import { parsePipelineSpec, readPipelineSpec } from './read-ir.ts';

const task = { script: 'true', task: { dependentTasks: ['missing'] } };
const { platforms, ...spec } = writtenShellSpec({ tasks: { step: task } });
const text = `# Name: shell\n${stringify(spec)}---\n${stringify({ platforms })}`;
const lineWith = (words: string) => text.split('\n').findIndex((line) => line.includes(words)) + 1;

describe('the line of a place', () => {
  it.each([
    ['in the first document', ['root', 'dag', 'tasks', 'step', 'dependentTasks', 0], '- missing'],
    ['in the second', ['platforms', 'kubernetes', 'deploymentSpec'], 'kubernetes:'],
  ])('%s', (_where, place, words) => {
    expect(lineOf(text, place)).toBe(lineWith(words) + (place.length === 3 ? 1 : 0));
  });

  it('that is not there is that of what surrounds it', () => {
    expect(lineOf(text, ['components', 'comp-step', 'dag'])).toBe(lineWith('comp-step:'));
  });

  it('is said with the error', () => {
    const error = (() => {
      try {
        parsePipelineSpec(readPipelineSpec(text));
      } catch (error) {
        return withLine(error as Parameters<typeof withLine>[0], { file: 'shell.yaml', text });
      }
    })();
    expect(error?.message).toBe(
      `shell.yaml, line ${lineWith('- missing')}: The pipeline cannot be read: task step of root waits for missing, which is no task beside it.`,
    );
  });
});

it('reads quoted texts that go on at the indent of their dash, as PyYAML does', () => {
  const lenient = ['args:', "  - 'one", "  it''s two'", '  - "three\\', '  \\ four"', '  - last'].join('\n');
  expect(readPipelineSpec(lenient)).toEqual({ args: ["one it's two", 'three four', 'last'] });
  expect(lineOf(lenient, ['args', 2])).toBe(6);
});
