import { expect, it } from 'vitest';
import type { DatasetItem } from './dataset.ts';
import { digestOf } from './digest.ts';
import { profileOfItems } from './item-profile.ts';

const item = (key: string, mediaType: string, labels: DatasetItem['labels']): DatasetItem => ({
  ...{ key, mediaType, labels, digest: digestOf(key), bytes: 10, provenance: {} },
});

it('counts items by media type, and by the values of each label', () => {
  const profile = profileOfItems([
    item('1', 'image/png', { bird: 'owl' }),
    item('2', 'image/png', { bird: 'owl', light: 'night' }),
    item('3', 'audio/wav', { bird: 'wren' }),
  ]);
  expect(profile).toEqual({
    ...{ format: 1, items: 3, bytes: 30 },
    mediaTypes: [
      { mediaType: 'image/png', items: 2, bytes: 20 },
      { mediaType: 'audio/wav', items: 1, bytes: 10 },
    ],
    labels: [
      {
        ...{ name: 'bird', missing: 0, distinct: 2 },
        frequent: [
          { value: 'owl', count: 2 },
          { value: 'wren', count: 1 },
        ],
      },
      { name: 'light', missing: 2, distinct: 1, frequent: [{ value: 'night', count: 1 }] },
    ],
  });
});

it('names ten values of a label at most', () => {
  const items = Array.from({ length: 30 }, (_, index) => item(`${index}`, 'text/plain', { id: `${index}` }));
  expect(profileOfItems(items).labels).toMatchObject([{ distinct: 30, frequent: { length: 10 } }]);
});
