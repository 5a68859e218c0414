import { compile } from '@visavox/pipelines/compile';
import { kfpSdk } from '@visavox/pipelines/fixtures/kfp-sdk';
import { expect, it } from 'vitest';
import { backbonePipeline, firstBackbonePipeline, upgradePipeline } from './backbone-pipeline.ts';
import { candidatePipeline } from './candidate-pipeline.ts';
import digits from './digits/pipeline.ts';
import { fineTuningPipeline } from './fine-tuning-pipeline.ts';
import pipeline from './pipeline.ts';

const sdk = kfpSdk();

it
  .skipIf(!sdk)
  .each([
    pipeline,
    backbonePipeline,
    firstBackbonePipeline,
    upgradePipeline,
    candidatePipeline,
    fineTuningPipeline,
    digits,
  ])("$name is a pipeline that Kubeflow's protobuf takes", (definition) => {
  // In its text, what the sources of its steps are is a document of its own.
  const { platforms, ...spec } = compile(definition);
  expect(sdk?.objection(spec, { platforms })).toBeUndefined();
  expect(platforms?.visavox).toBeDefined();
});
