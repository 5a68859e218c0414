import { expect, it } from 'vitest';
import { openDatabase } from './open-database.ts';
import { openPatiently } from './open-patiently.ts';

/** A port that nobody listens on. */
const away = 'postgres://visavox@127.0.0.1:9/visavox';

it('waits for a server that comes up', async () => {
  const reported: string[] = [];
  let asked = 0;
  const opened = await openPatiently(
    async () => {
      if (++asked < 3) await openDatabase({ url: away });
      return 'open';
    },
    { waitMs: 60_000, pauseMs: 1, report: (reason) => void reported.push(reason) },
  );
  expect(opened).toBe('open');
  expect(reported).toHaveLength(2);
  expect(reported[0]).toContain('does not answer');
});

it('gives up in the end, and at once where waiting does not help', async () => {
  const options = { pauseMs: 1, report: () => {} };
  const open = () => openDatabase({ url: away });
  await expect(openPatiently(open, { ...options, waitMs: 0 })).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  let asked = 0;
  const wrong = () => {
    asked += 1;
    return Promise.reject(new Error('password authentication failed'));
  };
  await expect(openPatiently(wrong, { ...options, waitMs: 60_000 })).rejects.toThrow('password');
  expect(asked).toBe(1);
});
