import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import groups from './fixtures/groups.ts';
import { kfpSdk } from './fixtures/kfp-sdk.ts';
import { normalised } from './fixtures/normalised.ts';
import sumOfSquares from './fixtures/sum-of-squares.ts';
import { parsePipelineSpec } from './read-ir.ts';

const sdk = kfpSdk();

describe.skipIf(!sdk)('the kfp SDK as oracle', () => {
  it.each([
    ['sum_of_squares', sumOfSquares],
    ['groups', groups],
  ])('compiles %s to what our compiler writes', (module, ours) => {
    const theirs = parsePipelineSpec(sdk?.compile(module, module));
    expect(normalised(compile(ours))).toEqual(normalised(theirs));
  });

  it.each([
    ['sum_of_squares', sumOfSquares],
    ['groups', groups],
  ])("finds nothing in our %s that Kubeflow's protobuf does not take", (_module, ours) => {
    expect(sdk?.objection(compile(ours))).toBeUndefined();
  });

  it('would find it', () => {
    const spec = structuredClone(compile(groups));
    Object.assign(spec.root.dag.tasks.echo ?? {}, { surprise: true });
    expect(sdk?.objection(spec)).toContain('surprise');
    const other = structuredClone(compile(groups));
    Object.assign(other.deploymentSpec.executors['exec-echo']?.container ?? {}, { memory: '1G' });
    expect(sdk?.objection(other)).toContain('memory');
  });
});
