import { expect, it } from 'vitest';
import { chartOf, inMetricOrder } from './metric-names.ts';

it.each([
  ['loss', 'loss'],
  ['val_loss', 'loss'],
  ['train/loss', 'loss'],
  ['validation loss', 'loss'],
  ['accuracy.test', 'accuracy'],
  ['Val_top_5', 'top_5'],
  ['valence', 'valence'],
  ['latest', 'latest'],
  ['val_', 'val_'],
  ['test', 'test'],
])('%j is shown in the chart of %j', (metric, chart) => {
  expect(chartOf(metric)).toBe(chart);
});

it('what a training is judged by comes first, with what was measured on other data beside it', () => {
  const names = [
    'lr',
    'val_accuracy',
    'accuracy',
    'triplet_loss',
    'val_loss',
    'loss',
    'epoch_seconds',
    'auc',
  ];
  expect(inMetricOrder(names.map((name) => ({ name }))).map(({ name }) => name)).toEqual([
    ...['loss', 'val_loss', 'triplet_loss', 'accuracy', 'val_accuracy', 'auc', 'epoch_seconds', 'lr'],
  ]);
});
