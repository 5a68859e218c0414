import type { Decision, Overview } from '../api/types.ts';

export interface Day extends Record<Decision, number> {
  /** yyyy-mm-dd */
  readonly day: string;
}

const DAY_MS = 86_400_000;
const FEWEST = 14;

/** One row a day up to today, days without an attempt included, at least two weeks of them. */
export function attemptsByDay(attempts: Overview['attempts'], today: Date): readonly Day[] {
  const last = Date.parse(today.toISOString().slice(0, 10));
  const earliest = Math.min(last, ...attempts.map(({ day }) => Date.parse(day.slice(0, 10))));
  const count = Math.max(FEWEST, Math.round((last - earliest) / DAY_MS) + 1);
  const days = Array.from({ length: count }, (_, index) => ({
    day: new Date(last - (count - 1 - index) * DAY_MS).toISOString().slice(0, 10),
    accept: 0,
    reject: 0,
    step_up: 0,
  }));
  const byDay = new Map(days.map((day) => [day.day, day]));
  for (const { day, decision, count: some } of attempts) {
    const row = byDay.get(day.slice(0, 10));
    if (row) row[decision] += some;
  }
  return days;
}
