import { compile } from '@visavox/pipelines/compile';
import { kfpSdk } from '@visavox/pipelines/fixtures/kfp-sdk';
import { expect, it } from 'vitest';
import pipeline from './pipeline.ts';

const sdk = kfpSdk();

it.skipIf(!sdk)("the pipeline that trains a recogniser is one that Kubeflow's protobuf takes", () => {
  expect(sdk?.objection(compile(pipeline))).toBeUndefined();
});
