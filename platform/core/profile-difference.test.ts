import { describe, expect, it } from 'vitest';
import type { ColumnProfile, DatasetProfile, Histogram } from './dataset-profile.ts';
import { diffProfiles, populationStabilityIndex } from './profile-difference.ts';

const rows = 100;
const text = (name: string, counts: Readonly<Record<string, number>>, missing = 0): ColumnProfile => ({
  ...{ name, rows, missing, type: 'VARCHAR', numbers: null, period: null },
  distinct: Object.keys(counts).length,
  frequent: Object.entries(counts).map(([value, count]) => ({ value, count })),
});
const numbers = (name: string, histogram: Histogram): ColumnProfile => ({
  ...{ name, rows, missing: 0, type: 'DOUBLE', period: null, distinct: rows, frequent: [] },
  numbers: {
    ...{ notFinite: 0, min: 0, max: 8, mean: 4, standardDeviation: 1 },
    quartiles: { lower: 2, median: 4, upper: 6 },
    histogram,
  },
});
const profile = (...columns: ColumnProfile[]): DatasetProfile => ({
  ...{ format: 1, items: 1, bytes: 1, mediaTypes: [], labels: [] },
  tables: {
    ...{ rows, columns, columnsLeftOut: 0, schemaDifferences: [], unread: [] },
    read: { count: 1, items: ['a.csv'] },
    notTables: { count: 0, items: [] },
  },
});
const drift = (before: ColumnProfile, after: ColumnProfile) =>
  diffProfiles(profile(before), profile(after))?.columns[0]?.drift;

it('tells which columns came, went and are of another type, and compares those that stayed', () => {
  const before = profile(text('a', { x: 100 }), text('b', { x: 90 }, 10), text('c', { x: 100 }));
  const after = profile(text('b', { x: 80 }, 20), { ...text('c', {}), type: 'JSON' }, text('d', { y: 100 }));
  expect(diffProfiles(before, after)).toEqual({
    ...{ rows: { before: rows, after: rows }, unread: { before: 0, after: 0 } },
    added: [{ name: 'd', type: 'VARCHAR' }],
    removed: [{ name: 'a', type: 'VARCHAR' }],
    retyped: [{ name: 'c', before: 'VARCHAR', after: 'JSON' }],
    columns: [
      {
        ...{ name: 'b', type: 'VARCHAR', missing: { before: 0.1, after: 0.2 } },
        ...{ mean: null, quartiles: null, drift: 0 },
      },
    ],
  });
});

it('compares nothing where one of the versions holds no tables', () => {
  expect(diffProfiles(profile(), { ...profile(), tables: null })).toBeNull();
});

describe('the drift of a column', () => {
  it('is the population stability index, as one reckons it by hand', () => {
    const moved = [
      { before: 50, after: 25 },
      { before: 50, after: 75 },
    ];
    expect(populationStabilityIndex(moved)).toBeCloseTo(0.25 * Math.log(2) + 0.25 * Math.log(1.5), 12);
    expect(drift(text('x', { a: 50, b: 50 }), text('x', { a: 25, b: 75 }))).toBeCloseTo(
      populationStabilityIndex(moved) ?? Number.NaN,
    );
  });

  it('of numbers is that of histograms in the bins of the coarser one', () => {
    const fine = numbers('x', { bounds: [0, 1, 2, 3, 4], counts: [20, 30, 40, 10] });
    expect(drift(fine, numbers('x', { bounds: [0, 2, 4], counts: [50, 50] }))).toBe(0);
    expect(drift(fine, numbers('x', { bounds: [4, 8], counts: [100] }))).toBeGreaterThan(5);
  });

  it('takes a value for gone where the others are all that there are, and for unknown where they are not', () => {
    expect(drift(text('x', { a: 50, b: 50 }), text('x', { a: 100 }))).toBeGreaterThan(1);
    expect(drift(text('x', { a: 50, b: 10 }), text('x', { a: 50, c: 10 }))).toBe(0);
    expect(drift(text('x', { a: 1 }), text('x', { b: 1 }))).toBeNull();
  });

  it('is not there where nothing is present', () => {
    expect(drift(text('x', {}, 100), text('x', { a: 100 }))).toBeNull();
  });
});
