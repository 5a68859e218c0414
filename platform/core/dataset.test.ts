import { describe, expect, it } from 'vitest';
import { type DatasetItem, datasetVersion, diffDatasets } from './dataset.ts';
import { digestOf } from './digest.ts';

const item = (key: string, content = key): DatasetItem => ({
  key,
  digest: digestOf(content),
  bytes: content.length,
  mediaType: 'text/plain',
  labels: { species: 'iris' },
  provenance: { source: 'example' },
});

describe('a dataset version', () => {
  it('is the same whatever order its items were collected in', () => {
    expect(datasetVersion('flowers', [item('a'), item('b')]).digest).toBe(
      datasetVersion('flowers', [item('b'), item('a')]).digest,
    );
  });

  it('is another one when a byte, a label or its name changes', () => {
    const versions = [
      datasetVersion('flowers', [item('a')]),
      datasetVersion('flowers', [item('a', 'other bytes')]),
      datasetVersion('flowers', [{ ...item('a'), labels: { species: 'rose' } }]),
      datasetVersion('leaves', [item('a')]),
    ];
    expect(new Set(versions.map((version) => version.digest)).size).toBe(4);
  });

  it('holds a key once', () => {
    expect(() => datasetVersion('flowers', [item('a'), item('a', 'again')])).toThrow(
      'holds the key "a" twice',
    );
  });
});

it('tells two versions apart item by item', () => {
  const before = datasetVersion('flowers', [item('kept'), item('changed'), item('removed')]).manifest;
  const after = datasetVersion('flowers', [item('kept'), item('changed', 'new'), item('added')]).manifest;
  const difference = diffDatasets(before, after);
  expect(difference.added.map((one) => one.key)).toEqual(['added']);
  expect(difference.removed.map((one) => one.key)).toEqual(['removed']);
  expect(difference.changed.map((one) => one.after.key)).toEqual(['changed']);
});
