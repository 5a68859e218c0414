import { request } from 'node:http';
import { connect } from 'node:net';
import { Bodies, bodyLimits } from '@visavox/api/bodies';
import { clientNetworks } from '@visavox/api/client-network';
import { identifyRequest } from '@visavox/api/guards';
import { answerError } from '@visavox/api/problem';
import { readBody } from '@visavox/api/read-body';
import { type Listener, listen } from '@visavox/host/listener';
import { Hono } from 'hono';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { admit } from './admission.ts';
import type { AppEnv } from './app-env.ts';
import { Places } from './places.ts';

/** Elsewhere a machine is 127.0.0.1 alone. */
const hasAddresses = process.platform === 'linux';
const atOnce = 3;
const workMs = 150;
let listener: Listener;
let inside = 0;
let most = 0;
let received: Date[];
beforeEach(async () => {
  const places = new Places({ atOnce, waitAtMostMs: 400 });
  const app = new Hono<AppEnv>();
  app.use(identifyRequest({ now: () => new Date(), networkOf: clientNetworks([]) }));
  const read = readBody<AppEnv>(new Bodies({ ...bodyLimits, slowAfterMs: 1000 }));
  app.use('/work', admit(places, { kind: 'work', operatorToken: async () => 'the token' }, read));
  [inside, most, received] = [0, 0, []];
  app.post('/work', async (c) => {
    received.push(c.get('receivedAt'));
    most = Math.max(most, ++inside);
    const { byteLength } = await c.req.arrayBuffer();
    await new Promise((done) => setTimeout(done, workMs));
    inside--;
    return c.text(`took ${byteLength}`);
  });
  const log = pino({ enabled: false });
  app.onError((error, c) => answerError(error, c, { log, refused: () => undefined }));
  listener = await listen({ host: '127.0.0.1', port: 0 }, app.fetch);
});
afterEach(() => listener.close());

const port = () => Number(new URL(listener.url).port);

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
}

/** Over a connection of its own, from the address of somebody on this machine. */
function post(localAddress: string, bytes: number): Promise<Answer> {
  return new Promise((done, fail) => {
    const sent = request(
      { host: '127.0.0.1', port: port(), localAddress, method: 'POST', path: '/work', agent: false },
      (response) => {
        const retryAfter = response.headers['retry-after'];
        response.resume().on('end', () => done({ status: response.statusCode, retryAfter }));
      },
    );
    sent.on('error', fail);
    sent.end(Buffer.alloc(bytes));
  });
}

it.skipIf(!hasAddresses)(
  'answers a crowd: a few at once, the rest told when to come again, no connection broken',
  async () => {
    const crowd = Array.from({ length: 300 }, (_, index) => post(`127.0.1.${index % 250}`, 30_000));
    const answers = await Promise.all(crowd);
    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 503);
    expect(served.length + refused.length).toBe(300);
    expect(served.length).toBeGreaterThan(5);
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true);
    expect(most).toBeLessThanOrEqual(atOnce);
  },
);

it.skipIf(!hasAddresses)('serves somebody else beside a client that asks for everything', async () => {
  let asking = true;
  const greedy = Array.from({ length: 40 }, async () => {
    while (asking) await post('127.0.1.1', 10_000);
  });
  for (let turn = 0; turn < 5; turn++) expect((await post('127.0.2.1', 1000)).status).toBe(200);
  asking = false;
  await Promise.all(greedy);
});

it.skipIf(!hasAddresses)(
  'lets sockets that trickle wait for themselves alone, and ends them with an answer',
  async () => {
    const trickles = Array.from({ length: 4 }, () => trickle());
    for (let turn = 0; turn < 5; turn++) expect((await post('127.0.2.1', 1000)).status).toBe(200);
    for (const trickled of trickles) expect(await trickled).toMatch(/^HTTP\/1.1 408 /);
  },
);

it('takes the time at which a request came, not at which it was whole', async () => {
  const sent = request({ host: '127.0.0.1', port: port(), method: 'POST', path: '/work', agent: false });
  const answered = new Promise<void>((done) =>
    sent.on('response', (response) => response.resume().on('end', done)),
  );
  sent.write(Buffer.alloc(1000));
  await new Promise((done) => setTimeout(done, 300));
  const late = new Date();
  sent.end(Buffer.alloc(1000));
  await answered;
  expect(received[0]?.getTime()).toBeLessThan(late.getTime() - 200);
});

/** What is answered to somebody who sends a byte now and then. */
function trickle(): Promise<string> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port: port(), localAddress: '127.0.1.2' });
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.write('POST /work HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 50);
    socket
      .on('error', () => undefined)
      .on('close', () => {
        clearInterval(timer);
        done(answer);
      });
  });
}
