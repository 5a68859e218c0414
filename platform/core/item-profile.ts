import type { DatasetItem } from './dataset.ts';
import { type CountedValue, type DatasetProfile, frequentAtMost } from './dataset-profile.ts';

/** What a profile says of items without a look into them. */
export function profileOfItems(items: readonly DatasetItem[]): Omit<DatasetProfile, 'tables'> {
  return {
    format: 1,
    items: items.length,
    bytes: totalBytes(items),
    mediaTypes: mediaTypesOf(items),
    labels: [...new Set(items.flatMap(({ labels }) => Object.keys(labels)))]
      .sort()
      .map((name) => labelOf(items, name)),
  };
}

function mediaTypesOf(items: readonly DatasetItem[]): DatasetProfile['mediaTypes'] {
  const types = new Map<string, { items: number; bytes: number }>();
  for (const { mediaType, bytes } of items) {
    const known = types.get(mediaType) ?? { items: 0, bytes: 0 };
    types.set(mediaType, { items: known.items + 1, bytes: known.bytes + bytes });
  }
  return [...types]
    .map(([mediaType, counts]) => ({ mediaType, ...counts }))
    .sort((a, b) => b.items - a.items || byText(a.mediaType, b.mediaType));
}

function labelOf(items: readonly DatasetItem[], name: string): DatasetProfile['labels'][number] {
  const values = new Map<string, number>();
  for (const { labels } of items) {
    const value = labels[name];
    if (value !== undefined) values.set(value, (values.get(value) ?? 0) + 1);
  }
  const counted: CountedValue[] = [...values].map(([value, count]) => ({ value, count }));
  const labelled = counted.reduce((sum, { count }) => sum + count, 0);
  return {
    name,
    missing: items.length - labelled,
    distinct: values.size,
    frequent: counted.sort((a, b) => b.count - a.count || byText(a.value, b.value)).slice(0, frequentAtMost),
  };
}

function totalBytes(items: readonly DatasetItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
