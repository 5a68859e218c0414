import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServing, type TestServing } from '../testing/test-serving.ts';

describe('MLflow’s way to ask a network', () => {
  let server: TestServing;
  let several: TestServing;
  beforeAll(async () => {
    server = await startTestServing({ only: ['sum'] });
    several = await startTestServing();
  });
  afterAll(async () => {
    await Promise.all([server.stop(), several.stop()]);
    expect(server.faults).toEqual([]);
  });

  async function invoke(
    body: unknown,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${server.url}/invocations`, { method: 'POST', body: sent, headers });
    return { status: answer.status, body: await answer.json() };
  }

  it.each([{ inputs: { a: [[1, 2, 3]], b: [[1, 1, 1]] } }, { instances: [{ a: [1, 2, 3], b: [1, 1, 1] }] }])(
    'is answered by name: %j',
    async (body) => {
      expect(await invoke(body)).toEqual({ status: 200, body: { predictions: { c: [[2, 3, 4]] } } });
    },
  );

  it.each([
    ['no json', /no JSON/],
    [[], /one of dataframe_split/],
    [{ data: [] }, /one of dataframe_split/],
    [{ inputs: { a: [[1, 2, 3]] } }, /misses the input "b"/],
    [{ inputs: { a: [[1, 2]], b: [[1, 1, 1]] } }, /takes \[-1, 3\]/],
    [{ inputs: { a: [[1, 2, 3]], z: [[1, 1, 1]] } }, /has no input "z"/],
    [{ inputs: { a: [[1, 2, 'x']], b: [[1, 1, 1]] } }, /"a" is FP32 and holds "x"/],
    [{ inputs: { a: [[1, 2, 3], [1]], b: [[1, 1, 1]] } }, /nested data of "a"/],
    [{ inputs: [[1, 2, 3]] }, /a tensor for each of "a", "b", received one/],
    [{ dataframe_split: { columns: ['a', 'b'], data: [[1, 2]] } }, /takes \[-1, 3\]/],
  ])('says what was wrong: %j', async (body, expected) => {
    const answer = await invoke(body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(expected);
  });

  it('takes JSON alone, by POST, and of one network', async () => {
    expect((await invoke('a,b\n1,2', { 'content-type': 'text/csv' })).status).toBe(415);
    expect((await fetch(`${server.url}/invocations`)).status).toBe(405);
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    const answer = await fetch(`${several.url}/invocations`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(400);
    expect((await answer.json()).error).toMatch(/there are several: echo, sum, slow/);
  });
});
