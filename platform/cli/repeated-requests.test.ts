import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './testing/terminal.ts';

const measure = component({
  name: 'measure',
  inputs: { rate: 'number' },
  outputs: { accuracy: 'number' },
  command: ({ inputs, outputs }) => ['sh', '-c', 'printf %s "$0" > "$1"', inputs.rate, outputs.accuracy.path],
});
const pipelineSpec = compile(
  pipeline({ name: 'measuring', parameters: { rate: 'number' } }, (p) => void p.task(measure, p.parameters)),
);

let terminal: Terminal;
let token: string;
beforeAll(async () => {
  terminal = await Terminal.open({ 'package.json': '{ "type": "module" }' });
  await terminal.up();
  const file = join(terminal.folder, '.visavox', 'home', 'secrets', 'operator.token');
  token = (await readFile(file, 'utf8')).trim();
}, 120_000);
afterAll(() => terminal.close());

async function post(path: string, body: unknown, key?: string) {
  const response = await fetch(`${terminal.url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

const total = async () => (await terminal.asks('runs', 'list')).total;
const run = (rate: number) => ({ pipelineSpec, parameters: { rate } });
const sweep = (trials: number) => ({
  ...{ pipelineSpec, metric: 'accuracy', trials, sampler: 'random' },
  space: { rate: { low: 0, high: 1 } },
});

/** In front of the server: does what is asked, and hangs up before it answers the first POST to a path. */
async function losingTheAnswerTo(path: string) {
  let lost = 0;
  const server = createServer(async (incoming, outgoing) => {
    const body: Uint8Array[] = [];
    for await (const chunk of incoming) body.push(chunk);
    const { host, connection, ...headers } = incoming.headers;
    const answer = await fetch(`${terminal.url}${incoming.url}`, {
      method: incoming.method ?? 'GET',
      headers: headers as Record<string, string>,
      body: body.length > 0 ? Buffer.concat(body) : null,
    });
    if (incoming.method === 'POST' && incoming.url === path && lost++ === 0) return void outgoing.destroy();
    outgoing.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, lost: () => lost, close: () => server.close() };
}

it('`visavox run` asks again where the answer is lost, and there is one run', async () => {
  await writeFile(join(terminal.folder, 'measuring.json'), JSON.stringify(pipelineSpec));
  const between = await losingTheAnswerTo('/api/v1/runs');
  const before = await total();
  const words = ['run', 'measuring.json', '--no-code', '--param', 'rate=0.9', '--server', between.url];
  const { stderr, code } = await terminal.types(...words);
  between.close();
  expect(stderr).toContain('the server is away; waiting for it');
  expect(code).toBe(0);
  expect(between.lost()).toBe(2);
  expect(await total()).toBe(before + 1);
}, 120_000);

describe('what is asked for again with its Idempotency-Key', { timeout: 120_000 }, () => {
  it('is the run that is there already, also when both come at once', async () => {
    const [key, before] = [randomUUID(), await total()];
    const both = await Promise.all([post('runs', run(0.5), key), post('runs', run(0.5), key)]);
    const later = await post('runs', run(0.5), key);
    expect([...both, later].map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set([...both, later].map(({ answer }) => answer.id)).size).toBe(1);
    expect(await total()).toBe(before + 1);
    const another = await post('runs', run(0.5), randomUUID());
    expect(another.answer.id).not.toBe(later.answer.id);
  });

  it('is the sweep that is there already', async () => {
    const key = randomUUID();
    const both = await Promise.all([post('sweeps', sweep(2), key), post('sweeps', sweep(2), key)]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(new Set(both.map(({ answer }) => answer.id)).size).toBe(1);
  });

  it.each([
    ['runs', run(0.1), run(0.2)],
    ['sweeps', sweep(2), sweep(3)],
  ])('is refused where it is something else: %s', async (path, first, second) => {
    const key = randomUUID();
    expect((await post(path, first, key)).status).toBe(202);
    const refused = await post(path, second, key);
    expect(refused.answer).toMatchObject({ status: 409, code: 'idempotency_key_reused' });
  });

  it('is refused with a key that is none', async () => {
    for (const key of ['short', 'a key with spaces', 'x'.repeat(201)])
      expect((await post('runs', run(0.3), key)).status).toBe(400);
  });

  it('may be asked for without a key, twice', async () => {
    const [one, two] = [await post('runs', run(0.4)), await post('runs', run(0.4))];
    expect(one.answer.id).not.toBe(two.answer.id);
  });
});
