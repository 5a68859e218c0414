import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '@visavox/core/errors';
import { afterEach, describe, expect, test } from 'vitest';
import { VisavoxClient } from './client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** A server that does what a test says, on a port of its own (or the one given). */
async function serve(handler: Handler, port = 0): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => handler(request, response, body));
  });
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
  running.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer = (response: ServerResponse, status: number, value: unknown) => {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value));
};
const ada = {
  ...{ id: 'p1', name: 'Ada', enrolledAt: '2030-01-01T00:00:00Z', samples: { face: 3, voice: 3 } },
  waysIn: { passkeys: 0, recoveryCodes: 0 },
};
const accepted = {
  id: 'a1',
  decision: 'accept',
  person: { id: 'p1', name: 'Ada' },
  servedBy: { model: 'recogniser', version: 1 },
  reasons: [],
};
const challengeOf = (number: number) => ({
  id: `c${number}`,
  digits: `000${number}`,
  turn: 'left',
  expiresAt: 'soon',
});
const filmed = (digits: string) => ({
  faces: [bytes('cheese')],
  voice: bytes(`said ${digits}`),
  frames: [bytes('one'), bytes('two')],
  times: [-40, 80],
});
const bytes = (text: string) => new TextEncoder().encode(text);

describe('a client', () => {
  test('films whoever enrols as the challenge asks', async () => {
    const server = await serve((request, response, body) => {
      if (request.url === '/api/v1/challenges') {
        expect(JSON.parse(body)).toMatchObject({ purpose: 'enrolment', invitation: 'a-token' });
        response.setHeader('set-cookie', 'visit=newcomer; Path=/');
        answer(response, 201, { id: 'e1', prompts: ['04719'], turns: ['left', 'right'], expiresAt: 'soon' });
        return;
      }
      expect(request.headers.cookie).toBe('visit=newcomer');
      for (const part of ['said 04719', 'frame-2', '0,150', 'name="challenge"', 'e1', 'a-token'])
        expect(body).toContain(part);
      answer(response, 201, ada);
    });
    const person = await new VisavoxClient({ server }).enrol({
      name: 'Ada',
      invitation: 'a-token',
      answer: ({ prompts, turns }) => ({
        faces: [bytes('cheese')],
        voices: prompts.map((digits) => bytes(`said ${digits}`)),
        frames: turns.map(bytes),
        times: [0, 150],
      }),
    });
    expect(person).toEqual(ada);
  });

  test('enrols from recordings with name, consent and all of them', async () => {
    const server = await serve((_request, response, body) => {
      for (const part of ['name="name"', 'name="consent"', 'face-1', 'face-2', 'face-3', 'voice-3', 'cheese'])
        expect(body).toContain(part);
      answer(response, 201, ada);
    });
    const client = new VisavoxClient({ server });
    const images = ['cheese', 'smile', 'frown'].map(bytes);
    expect(await client.enrolRecorded({ name: 'Ada', faces: images, voices: images })).toEqual(ada);
  });

  test('asks again under the same key when the answer to an enrolment is lost', async () => {
    const keys: unknown[] = [];
    const server = await serve((request, response) => {
      keys.push(request.headers['idempotency-key']);
      if (keys.length < 3) request.socket.destroy();
      else answer(response, 201, ada);
    });
    const client = new VisavoxClient({ server, patienceSeconds: 20 });
    await client.enrolRecorded({ name: 'Ada', faces: [], voices: [] });
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('answers a fresh challenge when the server died during an attempt', async () => {
    const said: string[] = [];
    let challenges = 0;
    const server = await serve((request, response, body) => {
      if (request.url === '/api/v1/challenges') {
        challenges++;
        answer(response, 201, challengeOf(challenges));
      } else if (body.includes('c1')) request.socket.destroy();
      else answer(response, 200, accepted);
    });
    const client = new VisavoxClient({ server, patienceSeconds: 20 });
    const attempt = await client.signIn({
      name: 'Ada',
      answer({ digits }) {
        said.push(digits);
        return filmed(digits);
      },
    });
    expect(attempt.decision).toBe('accept');
    expect(said).toEqual(['0001', '0002']);
  });

  test('sends the film of an answer with its times, from the visit that the challenge was given to', async () => {
    const server = await serve((request, response, body) => {
      if (request.url === '/api/v1/challenges') {
        expect(JSON.parse(body)).toEqual({ name: 'Ada', withoutTurn: true });
        response.setHeader('set-cookie', 'visit=a-token; HttpOnly; Path=/');
        answer(response, 201, challengeOf(7));
        return;
      }
      expect(request.headers.cookie).toBe('visit=a-token');
      for (const part of ['frame-1', 'frame-2', '-40,80', 'c7', 'said 0007']) expect(body).toContain(part);
      answer(response, 200, accepted);
    });
    const client = new VisavoxClient({ server });
    const attempt = await client.signIn({
      name: 'Ada',
      withoutTurn: true,
      answer: ({ digits }) => filmed(digits),
    });
    expect(attempt.decision).toBe('accept');
  });

  test('measures recordings without a film', async () => {
    const server = await serve((request, response, body) => {
      if (request.url === '/api/v1/challenges') answer(response, 201, challengeOf(1));
      else {
        expect(body).not.toContain('frame');
        answer(response, 200, accepted);
      }
    });
    const client = new VisavoxClient({ server });
    const attempt = await client.measure({ name: 'Ada', faces: [bytes('cheese')], speak: bytes });
    expect(attempt.decision).toBe('accept');
  });

  test('throws a problem document as a UserError that says what to do', async () => {
    const server = await serve((_request, response) =>
      answer(response, 404, {
        status: 404,
        detail: 'nobody has this name',
        code: 'unknown_person',
        action: 'Enrol first.',
        requestId: 'r1',
      }),
    );
    const client = new VisavoxClient({ server, patienceSeconds: 20 });
    await expect(client.challenge('Eve')).rejects.toMatchObject({
      kind: 'not-found',
      code: 'unknown_person',
      action: 'Enrol first.',
      details: { requestId: 'r1' },
    });
  });

  test('gives up with a clear word when its patience is over', async () => {
    const client = new VisavoxClient({ server: 'http://127.0.0.1:9', patienceSeconds: 0.3 });
    await expect(client.people()).rejects.toThrow(UserError);
    expect(await client.healthy()).toBe(false);
  });

  test('takes a person who is gone after a lost answer as forgotten', async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked++;
      if (asked === 1) request.socket.destroy();
      else answer(response, 404, { detail: 'unknown', code: 'unknown_person', action: 'None.' });
    });
    await new VisavoxClient({ server, patienceSeconds: 20 }).forget('p1');
    await expect(new VisavoxClient({ server }).forget('p1')).rejects.toMatchObject({ kind: 'not-found' });
  });
});
