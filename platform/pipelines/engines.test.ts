import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { component, pipeline } from './definition.ts';
import { Engines } from './engines.ts';
import { pipelineEngineContract } from './pipeline-engine.contract.ts';
import { exampleRun } from './run-store.contract.ts';
import { type EngineForTest, engineForTest, requestFor } from './testing.ts';

let local: EngineForTest;
let engines: Engines;
beforeEach(async () => {
  local = await engineForTest();
  engines = new Engines({ local: local.engine }, { preferred: 'local', runs: local.runs });
});
afterEach(() => local.close());

const nothing = () =>
  requestFor(
    pipeline({ name: 'nothing' }, (p) => void p.task(component({ name: 'step', command: ['true'] }))),
  );

pipelineEngineContract(async () => ({ engine: engines, close: async () => {} }));

it('runs on the preferred engine, or on the one that is asked for', async () => {
  const id = await engines.submit({ ...nothing(), engine: 'local' });
  expect((await engines.get(id)).engine).toBe('local');
});

it('says what to do where the engine that is asked for is not there', async () => {
  await expect(engines.submit({ ...nothing(), engine: 'kubeflow' })).rejects.toMatchObject({
    code: 'engine_not_available',
    action: expect.stringContaining('KFP_ENDPOINT'),
  });
});

it('leaves a run of another engine alone', async () => {
  const pins = { ...exampleRun().pins, pipeline: digestOf('elsewhere') };
  await local.runs.save(exampleRun({ id: 'elsewhere', engine: 'kubeflow', pins }));
  await expect(engines.cancel('elsewhere')).rejects.toMatchObject({ code: 'engine_not_available' });
  expect(await engines.recover()).toEqual([]);
});
