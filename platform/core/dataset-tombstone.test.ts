import { expect, it } from 'vitest';
import { beyondRetention, Retention } from './dataset-tombstone.ts';

const now = new Date('2026-05-31T00:00:00Z');
const versions = ['2026-05-30', '2026-05-20', '2026-01-01', '2025-01-01'].map((createdAt) => ({ createdAt }));
const gone = (retention: Retention) =>
  beyondRetention(versions, retention, now).map(({ createdAt }) => createdAt);

it('keeps the newest ones and those that are young, and always the newest', () => {
  expect(gone({ newest: 3 })).toEqual(['2025-01-01']);
  expect(gone({ days: 30 })).toEqual(['2026-01-01', '2025-01-01']);
  expect(gone({ newest: 3, days: 30 })).toEqual(['2025-01-01']);
  expect(gone({ newest: 1, days: 1000 })).toEqual([]);
  expect(beyondRetention(versions.slice(3), { days: 1 }, now)).toEqual([]);
  expect(Retention.safeParse({}).success).toBe(false);
});
