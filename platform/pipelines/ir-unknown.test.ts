import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import sumOfSquares from './fixtures/sum-of-squares.ts';
import { retriesOfGroups, unknownFields } from './ir-unknown.ts';
import { parsePipelineSpec, readPipelineSpec } from './read-ir.ts';

function misspelt(): ReturnType<typeof compile> {
  const spec = structuredClone(compile(sumOfSquares));
  Object.assign(spec.root.dag.tasks.add ?? {}, { triggerPolicy: { conditon: 'false' } });
  return spec;
}

it('names the value that is none of those expected', () => {
  const spec = structuredClone(compile(sumOfSquares));
  Object.assign(spec.components['comp-add'] ?? {}, {
    outputDefinitions: { parameters: { status: { parameterType: 'TASK_CONFIG' } } },
  });
  expect(() => parsePipelineSpec(spec)).toThrow(/status\.parameterType: .*"TASK_CONFIG"/);
});

describe('a field that nobody knows', () => {
  it('is refused in a specification of our own, with its place', () => {
    expect(() => parsePipelineSpec(misspelt())).toThrow('root.dag.tasks.add.triggerPolicy.conditon');
  });

  it("is found in another's, which is read nevertheless", () => {
    const theirs = parsePipelineSpec({ ...misspelt(), sdkVersion: 'kfp-2.99.0' });
    expect(unknownFields(theirs)).toEqual(['root.dag.tasks.add.triggerPolicy.conditon']);
  });

  it('or a retry of a group as a whole is told as ignored', () => {
    const spec = structuredClone(compile(sumOfSquares));
    for (const task of Object.values(spec.root.dag.tasks)) task.retryPolicy = { maxRetryCount: 2 };
    expect(retriesOfGroups(spec)).toEqual(
      ['for-loop-1', 'for-loop-3', 'condition-4'].map((group) => `root.dag.tasks.${group}.retryPolicy`),
    );
  });

  it.each(['control_flow.yaml', 'sum_of_squares.yaml'])('is not in what the kfp SDK writes: %s', (name) => {
    const yaml = readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
    expect(unknownFields(parsePipelineSpec(readPipelineSpec(yaml)))).toEqual([]);
  });
});
