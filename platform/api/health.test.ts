import { expect, it } from 'vitest';
import { starting, withHealth } from './health.ts';

const rest = () => new Response('the rest');
const probe = async (answer: ReturnType<typeof withHealth>, path: string) => {
  const response = await answer(new Request(`http://10.0.0.7:4600${path}`));
  return { status: response.status, body: await response.text() };
};

it('is live as soon as it answers, and ready when everything it needs is there', async () => {
  const early = withHealth(starting, rest);
  expect((await probe(early, '/healthz/live')).status).toBe(200);
  expect((await probe(early, '/healthz/ready')).status).toBe(503);
  const ready = withHealth({ database: async () => undefined }, rest);
  expect(await probe(ready, '/healthz/ready')).toEqual({ status: 200, body: '{"status":"ready"}' });
  expect((await probe(ready, '/api/v1/session')).body).toBe('the rest');
});

it('names what is missing, also what never answers', async () => {
  const answer = withHealth(
    {
      database: async () => {
        throw new Error('connection refused');
      },
      objects: () => new Promise<void>(() => undefined),
      recogniser: async () => undefined,
    },
    rest,
  );
  const { status, body } = await probe(answer, '/healthz/ready');
  expect(status).toBe(503);
  expect(JSON.parse(body).missing).toEqual({ database: 'connection refused', objects: 'does not answer' });
});
