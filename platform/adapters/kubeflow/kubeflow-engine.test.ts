import { pipelineEngineContract } from '@visavox/pipelines/pipeline-engine.contract';
import { describe } from 'vitest';
import { fakeTarget } from './testing.ts';

describe('Kubeflow engine, against a Kubeflow of processes', () => {
  pipelineEngineContract(() => fakeTarget().then(({ engine, close }) => ({ engine, close })));
});
