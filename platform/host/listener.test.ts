import { connect } from 'node:net';
import type { ApiEnv } from '@visavox/api/api-env';
import { limitBody } from '@visavox/api/guards';
import { createStartingApp } from '@visavox/api/starting-app';
import { UserError } from '@visavox/core/errors';
import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { listen } from './listener.ts';

const anywhere = { host: '127.0.0.1', port: 0 };
const hosts = new Set(['127.0.0.1']);

it('answers while the rest comes up, and then with the rest', async () => {
  const starting = createStartingApp({
    ...{ webFolder: '/nowhere', consoleFolder: undefined },
    allowedHosts: hosts,
  });
  const listener = await listen(anywhere, starting.fetch);
  const early = await fetch(`${listener.url}/api/v1/session`);
  expect(early.headers.get('retry-after')).toBe('2');
  expect(await early.json()).toMatchObject({ status: 503, code: 'starting' });
  expect((await fetch(listener.url)).status).toBe(200);

  listener.answerWith(() => new Response('ready'));
  expect(await (await fetch(listener.url)).text()).toBe('ready');
  await listener.close();
  await listener.close();
});

it('finishes what it is answering before it closes', async () => {
  const asked: ((answer: Response) => void)[] = [];
  const listener = await listen(anywhere, () => new Promise<Response>((answer) => asked.push(answer)));
  const slow = fetch(listener.url);
  while (asked.length === 0) await new Promise(setImmediate);
  const closed = listener.close();
  asked[0]?.(new Response('in time'));
  expect(await (await slow).text()).toBe('in time');
  await closed;
});

it('says when the address is taken', async () => {
  const listener = await listen(anywhere, () => new Response());
  const { port } = new URL(listener.url);
  const second = listen({ host: '127.0.0.1', port: Number(port) }, () => new Response());
  await expect(second).rejects.toMatchObject({ code: 'address_in_use' });
  await listener.close();
});

it('refuses 50 MB over a socket with an answer, not with a broken connection', async () => {
  const app = new Hono<ApiEnv>();
  app.use(limitBody);
  app.post('/', (c) => c.text('taken'));
  app.onError((error, c) => c.text(error instanceof UserError ? error.code : 'broken', 413));
  const listener = await listen(anywhere, app.fetch);
  const response = await fetch(listener.url, { method: 'POST', body: new Uint8Array(50 * 1024 * 1024) });
  expect(response.status).toBe(413);
  expect(await response.text()).toBe('body_too_large');
  await listener.close();
});

it('takes over a socket what comes without a length: nothing at all, or a stream', async () => {
  const app = new Hono<ApiEnv>();
  app.use(limitBody);
  app.all('/', async (c) => c.text(`took ${(await c.req.arrayBuffer()).byteLength}`));
  app.onError((error, c) => c.text(error instanceof UserError ? error.code : 'broken', 413));
  const listener = await listen(anywhere, app.fetch);
  expect(await (await fetch(listener.url, { method: 'DELETE' })).text()).toBe('took 0');
  const stream = (megabytes: number) =>
    fetch(listener.url, {
      method: 'POST',
      body: new Blob([new Uint8Array(megabytes << 20)]).stream(),
      duplex: 'half',
    } as RequestInit);
  expect(await (await stream(2)).text()).toBe(`took ${2 << 20}`);
  expect(await (await stream(30)).text()).toBe('body_too_large');
  await listener.close();
});

it.skipIf(process.platform !== 'linux')(
  'leaves connections to others, however many one address opens',
  async () => {
    const listener = await listen({ ...anywhere, mostOfOneAddress: 20 }, () => new Response('served'));
    const port = Number(new URL(listener.url).port);
    let closed = 0;
    const sockets = Array.from({ length: 30 }, () =>
      connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' })
        .on('error', () => undefined)
        .on('close', () => closed++),
    );
    while (closed < 10) await new Promise((done) => setTimeout(done, 20));
    expect(await (await fetch(listener.url)).text()).toBe('served');
    expect(closed).toBe(10);
    for (const socket of sockets) socket.destroy();
    await listener.close();
  },
);
