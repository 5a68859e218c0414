import { createHmac } from 'node:crypto';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { forwardToLeader } from './forward.ts';
import { believeNetwork, networkHeader } from './forwarded-network.ts';

const sealedBy = (key: string) => (text: string) =>
  createHmac('sha256', key).update(text).digest('base64url');
let leaderUrl = '';
let close: () => void;

/** What a server in front of the leader is asked from `network`, and what the leader takes it for. */
async function taken(key: string, network: string): Promise<string> {
  const front = new Hono<ApiEnv>();
  front.use(async (c, next) => {
    c.set('network', network);
    await next();
  });
  front.post('/runs', forwardToLeader({ here: false, url: async () => leaderUrl, seal: sealedBy(key) }));
  return (await front.request('/runs', { method: 'POST', body: '{}' })).text();
}

beforeAll(async () => {
  const leader = new Hono<ApiEnv>();
  leader.use(async (c, next) => {
    c.set('network', '10.0.0.1');
    await next();
  });
  leader.use(believeNetwork({ here: true, url: async () => undefined, seal: sealedBy('ours') }));
  leader.post('/runs', (c) => c.text(c.get('network')));
  await new Promise<void>((ready) => {
    const server = serve({ fetch: leader.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      leaderUrl = `http://127.0.0.1:${port}`;
      ready();
    });
    close = () => server.close();
  });
});
afterAll(() => close());

it('is known to the leader as the server that was asked knows it', async () => {
  expect(await taken('ours', '192.0.2.7')).toBe('192.0.2.7');
});

it('is not taken from anybody else', async () => {
  expect(await taken('somebody else’s', '192.0.2.7')).toBe('10.0.0.1');
  const sent = { [networkHeader]: `${Date.now()} 192.0.2.7 ` };
  const answer = await fetch(`${leaderUrl}/runs`, { method: 'POST', headers: sent });
  expect(await answer.text()).toBe('10.0.0.1');
});
