import { expect, it } from 'vitest';
import { CardMetadata, cardMetrics, cardOf } from './model-card.ts';

it('takes what it is read from as Hugging Face writes it, with intervals and slices', () => {
  const metadata = CardMetadata.parse({
    license: 'mit',
    datasets: ['wine'],
    tags: ['tabular'],
    'model-index': [
      {
        name: 'wines',
        results: [
          {
            task: { type: 'tabular-classification' },
            dataset: { name: 'wine', type: 'tabular', split: 'test' },
            metrics: [
              { type: 'accuracy', value: 0.9, interval: [0.8, 0.95] },
              { type: 'f1', value: 'not a number' },
              { type: 'accuracy', value: 0.7, slice: 'old wines' },
            ],
          },
        ],
      },
    ],
  });
  const card = cardOf(
    'README.md',
    metadata,
    '# Wines\n\nText.\n\n## Limitations\n\nOne region.\n\n### Years\n\n1990.\n\n## More\n',
  );
  expect(card).toMatchObject({
    ...{ licence: 'mit', task: 'tabular-classification', data: [{ name: 'wine', version: null }] },
    metrics: [
      { name: 'accuracy', value: 0.9, interval: { low: 0.8, high: 0.95 }, slice: 'test', data: 'wine' },
      { name: 'accuracy', value: 0.7, interval: null, slice: 'old wines' },
    ],
    limits: 'One region.\n\n### Years\n\n1990.',
  });
});

it('finds intervals and slices among the numbers of a run by their names', () => {
  expect(
    cardMetrics({
      accuracy: 0.9,
      accuracy_low: 0.8,
      accuracy_high: 0.95,
      'accuracy@winter': 0.7,
      loss_low: 1,
    }),
  ).toEqual([
    { name: 'accuracy', value: 0.9, interval: { low: 0.8, high: 0.95 }, slice: null, data: null },
    { name: 'accuracy', value: 0.7, interval: null, slice: 'winter', data: null },
    { name: 'loss_low', value: 1, interval: null, slice: null, data: null },
  ]);
});
