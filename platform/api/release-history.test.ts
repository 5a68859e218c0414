import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestPlatform } from './testing/test-platform.ts';

let platform: TestPlatform;
let ada: string;
beforeAll(async () => {
  platform = await TestPlatform.open();
  ada = await platform.user('ada', 'operator');
});
afterAll(() => platform.close());

async function released(version: number, reason: string): Promise<void> {
  const path = '/api/v1/models/iris/releases?environment=test';
  const { body } = await platform.ask(ada, 'POST', path, { version });
  await platform.ask(ada, 'POST', `/api/v1/releases/${body.id}/promote?reason=${reason}`);
}

async function history(query = ''): Promise<readonly string[]> {
  const { status, body } = await platform.ask(ada, 'GET', `/api/v1/models/iris/release-history${query}`);
  expect(status).toBe(200);
  const events = body.events as { version: number; stage: string; reason: string; by?: string }[];
  return events.map(({ version, stage, reason, by }) => `${version} ${stage} (${by}): ${reason}`);
}

it('keeps why a version served when it is rolled back to, and from', async () => {
  await released(1, 'first');
  await released(2, 'second');
  const back = '/api/v1/models/iris/rollback?environment=test&reason=camera';
  expect((await platform.ask(ada, 'POST', back)).status).toBe(200);
  const said = await history('?environment=test');
  expect(said.slice(0, 2)).toEqual([
    '1 champion (ada): rolled back: by hand: camera',
    '2 retired (ada): followed by version 1: rolled back: by hand: camera',
  ]);
  expect(said).toContain('1 champion (ada): promoted by hand: first');
  expect(said).toContain('2 champion (ada): promoted by hand: second');
  expect(await history('?environment=production')).toEqual([]);
  expect(await history('?limit=1')).toHaveLength(1);
});

it('is of models that are there', async () => {
  const { status } = await platform.ask(ada, 'GET', '/api/v1/models/rose/release-history');
  expect(status).toBe(404);
});
