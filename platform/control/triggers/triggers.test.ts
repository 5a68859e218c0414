import { digestOf } from '@visavox/core/digest';
import { describe, expect, it } from 'vitest';
import { checkTriggers, type TriggerContext } from '../trigger.ts';
import { newDatasetVersion } from './new-dataset-version.ts';
import { schedule } from './schedule.ts';
import { thresholds } from './thresholds.ts';

const context = (changes: Partial<TriggerContext> = {}): TriggerContext => ({
  now: new Date('2026-01-07T12:00:00Z'),
  since: new Date('2026-01-01T00:00:00Z'),
  mark: null,
  trainedOn: null,
  countNew: async () => ({}),
  datasets: { latest: async () => undefined },
  ...changes,
});

describe('thresholds', () => {
  const rule = thresholds({ orders: 10, shops: 2 });

  it('are due when enough of anything is new, and say of what', async () => {
    const counting = (counts: Record<string, number>) => context({ countNew: async () => counts });
    expect(await rule.due(counting({ orders: 9, shops: 1 }))).toBeNull();
    expect(await rule.due(counting({ orders: 12, shops: 1 }))).toBe('12 new orders (rule: 10)');
    expect(await rule.due(counting({ orders: 12, shops: 2 }))).toBe(
      '12 new orders (rule: 10), 2 new shops (rule: 2)',
    );
  });

  it('wait only for what the model counts', () => {
    expect(() => checkTriggers([rule], { model: 'shop', counts: ['orders', 'shops'] })).not.toThrow();
    expect(() => checkTriggers([rule], { model: 'shop', counts: ['orders'] })).toThrow(
      'a trigger of shop waits for new "shops", which are not counted',
    );
    expect(() => checkTriggers([rule], { model: 'shop', counts: [] })).toThrow(
      expect.objectContaining({
        code: 'unknown_count',
        action: 'This model counts nothing: use another trigger.',
      }),
    );
  });

  it.each([[{}], [{ orders: 0 }], [{ orders: 1.5 }], [{ orders: Number.NaN }]])(
    'are whole numbers: not %j',
    (rule) => {
      expect(() => thresholds(rule)).toThrow(expect.objectContaining({ code: 'threshold_invalid' }));
    },
  );
});

describe('a schedule', () => {
  const mondays = schedule('0 3 * * 1');

  it('is due once after each of its times, however long nothing looked', async () => {
    expect(await mondays.due(context())).toBe('schedule 0 3 * * 1 (2026-01-05T03:00:00.000Z)');
    expect(await mondays.due(context({ now: new Date('2026-03-07T12:00:00Z') }))).toContain('2026-01-05');
    const mark = (await mondays.mark?.(context())) ?? null;
    expect(await mondays.due(context({ mark }))).toBeNull();
    expect(await mondays.due(context({ mark, now: new Date('2026-01-12T02:59:59Z') }))).toBeNull();
    expect(await mondays.due(context({ mark, now: new Date('2026-01-12T03:00:00Z') }))).toContain(
      '2026-01-12',
    );
  });

  it('is not due for times before the controller first looked', async () => {
    expect(await mondays.due(context({ since: new Date('2026-01-06T00:00:00Z') }))).toBeNull();
  });

  it('goes by the clock of its zone, over a change to summer time', async () => {
    const paris = schedule('30 3 * * *', { timezone: 'Europe/Paris' });
    const due = (mark: string, now: string) => paris.due(context({ mark, now: new Date(now) }));
    expect(await due('2026-03-28T12:00:00Z', '2026-03-29T01:29:00Z')).toBeNull();
    expect(await due('2026-03-28T12:00:00Z', '2026-03-29T01:30:00Z')).toContain('2026-03-29T01:30');
  });

  it.each([
    ['every monday', 'UTC'],
    ['61 * * * *', 'UTC'],
    ['', 'UTC'],
    ['0 3 * * 1', 'Mars/Olympus'],
  ])('is refused when it is declared: "%s" in %s', (cron, timezone) => {
    expect(() => schedule(cron, { timezone })).toThrow(expect.objectContaining({ code: 'schedule_invalid' }));
  });
});

describe('a new version of a dataset', () => {
  const trigger = newDatasetVersion('night-birds');
  const [first, second] = [digestOf('first'), digestOf('second')];
  const having = (latest: typeof first | undefined, mark: string | null) =>
    context({ mark, datasets: { latest: async (name) => (name === 'night-birds' ? latest : second) } });

  it('is due until a training has begun with it', async () => {
    expect(await trigger.due(having(undefined, null))).toBeNull();
    expect(await trigger.due(having(first, null))).toMatch(/^new version of night-birds \([0-9a-f]+\)$/);
    const mark = (await trigger.mark?.(having(first, null))) ?? null;
    expect(await trigger.due(having(first, mark))).toBeNull();
    expect(await trigger.due(having(second, mark))).toContain('new version of night-birds');
  });
});

it('two triggers of one name would share their memory', () => {
  expect(() =>
    checkTriggers([newDatasetVersion('a'), newDatasetVersion('b'), newDatasetVersion('a')], {
      model: 'shop',
      counts: [],
    }),
  ).toThrow(expect.objectContaining({ code: 'trigger_twice' }));
});
