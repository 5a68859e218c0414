import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { VisavoxClient } from '@visavox/client/client';
import { testPictures } from '@visavox/recognition/synthetic/test-pictures';
import { operatorToken, startTestServer, type TestServer } from '@visavox/server/testing/test-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { simulate } from './simulation.ts';
import { syntheticIdentities } from './synthetic-identities.ts';

let server: TestServer;
let socket: ReturnType<typeof serve>;
let client: VisavoxClient;
beforeAll(async () => {
  server = await startTestServer();
  socket = serve({ fetch: server.app.fetch, port: 0, hostname: '127.0.0.1' });
  await new Promise((done) => socket.once('listening', done));
  const { port } = socket.address() as AddressInfo;
  client = new VisavoxClient({ server: `http://localhost:${port}`, token: operatorToken });
});
afterAll(async () => {
  socket.close();
  await server.close();
});

test('a small population enrols, signs in, and is forgotten', { timeout: 240_000 }, async () => {
  const lines: string[] = [];
  const result = await simulate({
    client,
    identities: syntheticIdentities(3, 1, { pictures: testPictures }),
    people: 2,
    waves: 1,
    seed: 1,
    retraining: true,
    feedback: false,
    forget: true,
    tag: 'test',
    retrainingLimitSeconds: 10,
    log: (line) => lines.push(line),
    progress: () => {},
  });
  expect(lines).toEqual(['Wave 1 of 1: 2 new people']);
  expect(result.waves).toHaveLength(1);
  expect(result.waves[0]).toMatchObject({
    people: 2,
    failuresToEnrol: 0,
    genuine: 2,
    impostor: 2,
    falseAccepts: 0,
    failuresToAcquire: 0,
    // Two people are too few to train on.
    retraining: null,
  });
  // What digits are asked for is not seeded, and now and then a rendered voice is refused for them.
  expect(result.waves[0]?.falseRejects).toBeLessThan(2);
  expect(result.waves[0]?.servedBy).toMatch(/^recogniser:1$/);
  expect(result.checks).toEqual({ everyoneListed: true, noRunStuck: true, oneChampion: true, problems: [] });
  expect(await client.people()).toEqual([]);
});
