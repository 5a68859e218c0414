import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { admit } from './admission.ts';
import type { AppEnv } from './app-env.ts';

it('serves a few at once, lets a few wait, and turns the rest away', async () => {
  const app = new Hono<AppEnv>();
  let inside = 0;
  let most = 0;
  const finish: (() => void)[] = [];
  app.use(admit({ atOnce: 2, waiting: 1 }));
  app.get('/', async (c) => {
    most = Math.max(most, ++inside);
    await new Promise<void>((done) => finish.push(done));
    inside--;
    return c.text('served');
  });
  app.onError((error, c) => c.text(String(Object(error).code), 503));

  const answers = [1, 2, 3, 4].map(() => app.request('/'));
  expect(await (await answers[3])?.text()).toBe('busy');
  for (let served = 0; served < 3; served++) {
    while (finish.length === 0) await new Promise(setImmediate);
    finish.shift()?.();
  }
  const texts = await Promise.all(answers.slice(0, 3).map(async (answer) => (await answer).text()));
  expect(texts).toEqual(['served', 'served', 'served']);
  expect(most).toBe(2);
});
