import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Tensor } from '../protocol/tensor.ts';
import { startTestServing, type TestServing } from '../testing/test-serving.ts';
import { InferenceClient } from './inference-client.ts';

const a: Tensor = { name: 'a', datatype: 'FP32', shape: [1, 3], data: Float32Array.of(1, 2, 3) };
const b: Tensor = { name: 'b', datatype: 'FP32', shape: [1, 3], data: Float32Array.of(10, 20, 30) };

describe('with a model server', () => {
  let server: TestServing;
  let client: InferenceClient;
  beforeAll(async () => {
    server = await startTestServing({ queue: 2, batching: 'off' });
    client = new InferenceClient({ url: server.url });
  });
  afterAll(async () => {
    await client.close();
    await server.stop();
  });

  test('infer answers tensors by name, and which version gave them', async () => {
    const answer = await client.infer('sum', [a, b]);
    expect(answer.outputs.get('c')).toEqual({
      name: 'c',
      datatype: 'FP32',
      shape: [1, 3],
      data: Float32Array.of(11, 22, 33),
    });
    expect(server.bundle.digest).toContain(answer.version);
    // The caller's tensors are still the caller's.
    expect((await client.infer('sum', [a, b], ['c'])).outputs.size).toBe(1);
  });

  test('it says what is served and whether it is ready', async () => {
    expect(await client.ready()).toBe(true);
    expect(await client.ready('sum')).toBe(true);
    expect(await client.ready('nobody')).toBe(false);
    expect((await client.server()).bundle).toBe(server.bundle.digest);
    expect((await client.metadata('sum')).outputs).toEqual([{ name: 'c', datatype: 'FP32', shape: [-1, 3] }]);
  });

  test('what the server refuses comes with its reason', async () => {
    await expect(client.infer('nobody', [a])).rejects.toMatchObject({
      kind: 'not-found',
      code: 'inference_refused',
      message: expect.stringContaining('there is no model "nobody"'),
    });
    await expect(client.infer('sum', [a])).rejects.toMatchObject({
      kind: 'invalid',
      code: 'inference_refused',
    });
  });

  test('more than the server queues are refused as busy, and the others answered', async () => {
    const ones = (size: number): Tensor[] => [
      { name: 'column', datatype: 'FP32', shape: [size, 1], data: new Float32Array(size).fill(1) },
      { name: 'row', datatype: 'FP32', shape: [1, size], data: new Float32Array(size).fill(1) },
    ];
    // Two are with the thread, two wait.
    const calls = await Promise.allSettled(Array.from({ length: 9 }, () => client.infer('slow', ones(1200))));
    const refused = calls.filter((call) => call.status === 'rejected');
    expect(refused.length).toBe(5);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ kind: 'too-many', code: 'model_server_busy' });
    const answered = calls.filter((call) => call.status === 'fulfilled');
    for (const { value } of answered) expect(value.outputs.get('largest')?.data[0]).toBe(1200);
  });
});

describe('with a server that behaves badly', () => {
  let server: Server;
  const clients: InferenceClient[] = [];
  afterEach(async () => {
    server.closeAllConnections();
    await Promise.all(clients.splice(0).map((client) => client.close()));
    server.close();
  });

  async function listen(behave: (socket: Socket, request: number, answer: (text: string) => void) => void) {
    let requests = 0;
    server = createServer((request, response) => {
      requests++;
      const turn = requests;
      request.resume().on('end', () => behave(request.socket, turn, (text) => response.end(text)));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const client = new InferenceClient({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      timeoutMilliseconds: 1000,
    });
    clients.push(client);
    return { client, requests: () => requests };
  }
  const answered = '{"model_name":"sum","outputs":[{"name":"c","datatype":"FP32","shape":[1],"data":[4]}]}';

  test('a connection that is lost before an answer is tried again, once', async () => {
    const once = await listen((socket, request, answer) =>
      request === 1 ? socket.destroy() : answer(answered),
    );
    expect((await once.client.infer('sum', [a])).outputs.get('c')?.data).toEqual(Float32Array.of(4));
    server.close();
    const always = await listen((socket) => socket.destroy());
    await expect(always.client.infer('sum', [a])).rejects.toMatchObject({ code: 'model_server_unreachable' });
    expect(always.requests()).toBe(2);
  });

  test('an answer that does not come in time is not asked for again', async () => {
    const { client, requests } = await listen(() => {});
    await expect(client.infer('sum', [a])).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'model_server_timeout',
    });
    expect(requests()).toBe(1);
  });

  test('an answer that is not of the protocol is said to be so', async () => {
    const { client } = await listen((_, __, answer) => answer('<html>welcome</html>'));
    await expect(client.infer('sum', [a])).rejects.toMatchObject({
      code: 'model_server_failed',
      message: expect.stringContaining('not of the protocol'),
    });
  });

  test('nobody at the address', async () => {
    const { client } = await listen(() => {});
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(client.server()).rejects.toMatchObject({ code: 'model_server_unreachable' });
    expect(await client.ready()).toBe(false);
  });
});
