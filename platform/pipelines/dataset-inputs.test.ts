import { digestOf } from '@visavox/core/digest';
import { expect, it } from 'vitest';
import { compile } from './compile.ts';
import { datasetInputs } from './dataset-inputs.ts';
import { component, pipeline } from './definition.ts';

const look = (name: string) =>
  component({ name, inputs: { images: 'dataset-version' }, outputs: { seen: 'string' }, command: ['look'] });

it('knows which steps are given which dataset versions, in loops and conditions too', () => {
  const [birds, trees] = [digestOf('birds'), digestOf('trees')];
  const spec = compile(
    pipeline(
      {
        name: 'looking',
        parameters: {
          birds: 'dataset-version',
          trees: 'dataset-version',
          deep: { type: 'boolean', default: true },
        },
      },
      (p) => {
        p.task(look('once'), { images: p.parameters.birds });
        p.forEach(
          [1, 2],
          { name: 'folds' },
          () => void p.task(look('often'), { images: p.parameters.birds }),
        );
        p.when(p.parameters.deep, '==', true, () => {
          p.task(look('deep'), { images: p.parameters.trees });
          p.forEach(
            [1],
            { name: 'deeper' },
            () => void p.task(look('deepest'), { images: p.parameters.trees }),
          );
        });
      },
    ),
  );
  const { imported, given } = datasetInputs(spec, { birds, trees });
  expect(Object.fromEntries([...given].map(([label, versions]) => [label, [...versions]]))).toEqual({
    'exec-once': [birds],
    'exec-often': [birds],
    'exec-deep': [trees],
    'exec-deepest': [trees],
  });
  expect([...imported.values()].flatMap((versions) => [...versions])).toEqual([birds, trees]);
});
