import type { GatePolicy } from '@visavox/control/gate';
import { newDatasetVersion } from '@visavox/control/triggers/new-dataset-version';
import { schedule } from '@visavox/control/triggers/schedule';
import { thresholds } from '@visavox/control/triggers/thresholds';
import { component, pipeline } from '@visavox/pipelines/definition';
import { describe, expect, it } from 'vitest';
import { loadProject } from './load-project.ts';
import type { ModelDeclaration, ProjectDeclaration } from './project.ts';
import { parsePlatformSettings } from './settings.ts';

const train = component({ name: 'train', inputs: {}, outputs: {}, command: () => ['true'] });
const gate: GatePolicy = { minimumUnits: 1, criteria: [{ metric: 'cost', rule: 'improve', tolerance: 0 }] };
const never = () => {
  throw new TypeError('nothing is opened here');
};
const iris = (changes: Partial<ModelDeclaration>): ModelDeclaration => ({
  pipeline: pipeline({ name: 'iris' }, (p) => void p.task(train, {})),
  ...{ gate, subject: never, target: never, counts: ['flowers'] },
  ...changes,
});
const read = component({
  name: 'read',
  inputs: { scans: 'dataset-version' },
  command: ({ inputs }) => ['ls', inputs.scans.path],
});
const onScans = pipeline({ name: 'digits', parameters: { scans: 'dataset-version' } }, (p) => {
  p.task(read, p.parameters);
});
const load = (declaration: Partial<ProjectDeclaration>) =>
  loadProject(
    { name: 'flowers', ...declaration },
    {
      root: import.meta.dirname,
      environment: {},
      settings: parsePlatformSettings({}, { root: import.meta.dirname }),
    },
  );

describe('the triggers that a project declares', () => {
  it('may be several, of every kind', async () => {
    const triggers = [thresholds({ flowers: 10 }), schedule('0 3 * * *'), newDatasetVersion('iris')];
    const { models } = await load({ models: { iris: iris({ triggers }) } });
    expect(models[0]?.triggers).toHaveLength(3);
  });

  it.each([
    ['of a model', { models: { iris: iris({ triggers: [thresholds({ visitors: 5 })] }) } }],
    ['of the project', { models: { iris: iris({}) }, triggers: { iris: [thresholds({ visitors: 5 })] } }],
  ])('wait for what the model counts: %s', async (_, declaration) => {
    await expect(load(declaration)).rejects.toMatchObject({
      ...{ code: 'unknown_count', action: 'Use what is counted: flowers.' },
      message: 'a trigger of iris waits for new "visitors", which are not counted',
    });
  });

  it('of a model that is trained on a dataset wait for its items', async () => {
    const scanned = { pipeline: onScans, gate, dataset: 'scans' };
    const triggers = [thresholds({ items: 100 })];
    await expect(load({ models: { digits: { ...scanned, triggers } } })).resolves.toBeDefined();
    await expect(
      load({ models: { digits: { ...scanned, triggers: [thresholds({ scans: 100 })] } } }),
    ).rejects.toMatchObject({ code: 'unknown_count', action: 'Use what is counted: items.' });
  });

  it('are triggers', async () => {
    const declaration = { models: { iris: iris({ triggers: [{ flowers: 10 }] as never }) } };
    await expect(load(declaration)).rejects.toMatchObject({ code: 'config_invalid' });
  });
});

describe('what a model is trained on', () => {
  it.each([
    [
      'is said',
      { subject: undefined as never },
      '"models.iris.dataset": expected the name of what it is trained on',
    ],
    ['is said once', { dataset: 'flowers' }, '"models.iris.dataset": a `subject` says that already'],
    [
      'reaches the pipeline',
      { subject: undefined as never, counts: undefined as never, dataset: 'flowers' },
      'the pipeline has no parameter of the type dataset-version that a task uses',
    ],
  ])('%s', async (_, changes, message) => {
    await expect(load({ models: { iris: iris(changes) } })).rejects.toMatchObject({
      ...{ code: 'config_invalid', message: expect.stringContaining(message) },
    });
  });
});
