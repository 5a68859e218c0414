import { expect, it } from 'vitest';
import { attemptsByDay } from './attempts.ts';

it('counts sign-ins by day, with the days on which nobody came', () => {
  const days = attemptsByDay(
    [
      { day: '2026-03-14', decision: 'accept', count: 3 },
      { day: '2026-03-12', decision: 'reject', count: 1 },
    ],
    new Date('2026-03-14T15:00:00Z'),
  );
  expect(days).toHaveLength(14);
  expect(days.slice(-3)).toEqual([
    { day: '2026-03-12', accept: 0, step_up: 0, reject: 1 },
    { day: '2026-03-13', accept: 0, step_up: 0, reject: 0 },
    { day: '2026-03-14', accept: 3, step_up: 0, reject: 0 },
  ]);
});
