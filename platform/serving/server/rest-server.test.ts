import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeInferRequest } from '../protocol/infer-request.ts';
import { parseInferResponse } from '../protocol/infer-response.ts';
import type { Tensor } from '../protocol/tensor.ts';
import { startTestServing, type TestServing } from '../testing/test-serving.ts';

let server: TestServing;
beforeAll(async () => {
  server = await startTestServing();
});
afterAll(() => server.stop());

const get = (path: string) => fetch(`${server.url}${path}`);

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
    headers,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const sum = {
  inputs: [
    { name: 'a', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] },
    { name: 'b', datatype: 'FP32', shape: [1, 3], data: [[0.5, 0.5, 0.5]] },
  ],
};

describe('health and metadata', () => {
  test('the server is live and ready, and says what it serves', async () => {
    expect(await (await get('/v2/health/live')).json()).toEqual({ live: true });
    expect(await (await get('/v2/health/ready')).json()).toEqual({ ready: true });
    expect(await (await get('/v2')).json()).toEqual({
      name: 'visavox-serving',
      version: '0.1.0',
      extensions: ['binary_tensor_data', 'model_repository'],
      bundle: server.bundle.digest,
    });
  });

  test('a model says its version, which is the bundle’s, and its tensors', async () => {
    const version = server.bundle.digest.slice('sha256:'.length, 'sha256:'.length + 12);
    expect(await (await get('/v2/models/sum')).json()).toEqual({
      name: 'sum',
      versions: [version],
      platform: 'onnxruntime_onnx',
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [-1, 3] },
        { name: 'b', datatype: 'FP32', shape: [-1, 3] },
      ],
      outputs: [{ name: 'c', datatype: 'FP32', shape: [-1, 3] }],
    });
    expect((await get(`/v2/models/sum/versions/${version}/ready`)).status).toBe(200);
    expect((await get('/v2/models/sum/versions/2/ready')).status).toBe(404);
  });

  test('metrics count what was answered', async () => {
    await post('/v2/models/sum/infer', sum);
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(/visavox_serving_requests_total\{model="sum",protocol="rest",outcome="ok"\} [1-9]/);
    expect(text).toContain('visavox_serving_ready 1');
  });
});

describe('infer', () => {
  test('JSON in, JSON out, the id with it', async () => {
    const { status, body } = await post('/v2/models/sum/infer', { id: 'x7', ...sum });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: 'x7',
      model_name: 'sum',
      outputs: [{ name: 'c', datatype: 'FP32', shape: [1, 3], data: [1.5, 2.5, 3.5] }],
    });
  });

  test('every datatype comes back bit for bit, raw', async () => {
    const inputs: Tensor[] = [
      { name: 'bool_in', datatype: 'BOOL', shape: [1, 2], data: Uint8Array.of(1, 0) },
      { name: 'uint8_in', datatype: 'UINT8', shape: [1, 2], data: Uint8Array.of(0, 255) },
      { name: 'uint16_in', datatype: 'UINT16', shape: [1, 2], data: Uint16Array.of(1, 65_535) },
      { name: 'uint32_in', datatype: 'UINT32', shape: [1, 2], data: Uint32Array.of(1, 4_294_967_295) },
      { name: 'uint64_in', datatype: 'UINT64', shape: [1, 2], data: BigUint64Array.of(1n, 2n ** 64n - 1n) },
      { name: 'int8_in', datatype: 'INT8', shape: [1, 2], data: Int8Array.of(-128, 127) },
      { name: 'int16_in', datatype: 'INT16', shape: [1, 2], data: Int16Array.of(-32_768, 7) },
      { name: 'int32_in', datatype: 'INT32', shape: [1, 2], data: Int32Array.of(-(2 ** 31), 7) },
      { name: 'int64_in', datatype: 'INT64', shape: [1, 2], data: BigInt64Array.of(-(2n ** 63n), 7n) },
      { name: 'fp16_in', datatype: 'FP16', shape: [1, 2], data: Uint16Array.of(0x3c00, 0xfbff) },
      { name: 'fp32_in', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(Number.NaN, -0) },
      { name: 'fp64_in', datatype: 'FP64', shape: [1, 2], data: Float64Array.of(Math.PI, 1e-300) },
      { name: 'bytes_in', datatype: 'BYTES', shape: [1, 2], data: ['', 'grüß dich'] },
    ];
    // An odd identity shifts what follows, so that no tensor begins where its type would like it to.
    for (const reversed of [false, true]) {
      const { header, parts } = encodeInferRequest(reversed ? [...inputs].reverse() : inputs, undefined);
      const response = await fetch(`${server.url}/v2/models/echo/infer`, {
        method: 'POST',
        body: Buffer.concat([Buffer.from(header), ...parts]),
        headers: { 'inference-header-content-length': String(Buffer.byteLength(header)) },
      });
      expect(response.status).toBe(200);
      const body = new Uint8Array(await response.arrayBuffer());
      const length = Number(response.headers.get('inference-header-content-length'));
      const { outputs } = parseInferResponse(body, length);
      expect(outputs.map(({ data }) => data)).toEqual(inputs.map(({ data }) => data));
    }
  });

  test('an output may be asked for by name, and raw or not', async () => {
    const both = { ...sum, parameters: { binary_data_output: true } };
    const { body } = await post('/v2/models/sum/infer', {
      ...both,
      outputs: [{ name: 'c', parameters: { binary_data: false } }],
    });
    expect(body.outputs[0].data).toEqual([1.5, 2.5, 3.5]);
    const raw = await fetch(`${server.url}/v2/models/sum/infer`, {
      method: 'POST',
      body: JSON.stringify(both),
    });
    const length = Number(raw.headers.get('inference-header-content-length'));
    expect((await raw.arrayBuffer()).byteLength).toBe(length + 12);
  });

  test('64-bit integers keep their digits in JSON answers, and unsafe ones are refused in requests', async () => {
    const others = Object.entries({ bool: [true, false], bytes: ['a', 'b'], fp32: [1, 2], fp64: [1, 2] });
    const small = ['uint8', 'uint16', 'uint32', 'uint64', 'int8', 'int16', 'int32'].map((name) => [
      name,
      [1, 2],
    ]);
    const inputs = [...others, ...small, ['int64', [9_007_199_254_740_991, -1]]].map(([name, data]) => ({
      name: `${name}_in`,
      datatype: String(name).toUpperCase(),
      shape: [1, 2],
      data,
    }));
    const half = { name: 'fp16_in', datatype: 'FP16', shape: [1, 2], parameters: { binary_data_size: 4 } };
    const outputs = [{ name: 'int64_out' }, { name: 'bool_out' }, { name: 'bytes_out' }];
    const header = JSON.stringify({ inputs: [...inputs, half], outputs });
    const send = (json: string) =>
      post('/v2/models/echo/infer', Buffer.concat([Buffer.from(json), Buffer.alloc(4)]), {
        'inference-header-content-length': String(json.length),
      });
    const { body } = await send(header);
    expect(body.outputs.map(({ data }: { data: unknown }) => data)).toEqual([
      [9_007_199_254_740_991, -1],
      [true, false],
      ['a', 'b'],
    ]);
    const refused = await send(header.replace('9007199254740991', '9007199254740993'));
    expect(refused.status).toBe(400);
    expect(refused.body.error).toContain('beyond 2^53');
  });
});

describe('what does not fit is refused, and said why', () => {
  const [a, b] = sum.inputs;
  const cases: [string, unknown, string][] = [
    ['an unknown input', { inputs: [a, b, { ...a, name: 'z' }] }, 'has no input "z"; it takes "a", "b"'],
    ['a missing input', { inputs: [a] }, 'misses the input "b"'],
    ['an input twice', { inputs: [a, a] }, '"a" is there twice'],
    [
      'another datatype',
      { inputs: [{ ...a, datatype: 'INT32' }, b] },
      '"a" is INT32; the model "sum" takes FP32',
    ],
    ['an unknown datatype', { inputs: [{ ...a, datatype: 'BF16' }, b] }, 'BF16, which is not served here'],
    ['another rank', { inputs: [{ ...a, shape: [3] }, b] }, 'takes [-1, 3]'],
    ['another size', { inputs: [{ ...a, shape: [1, 2], data: [1, 2] }, b] }, 'takes [-1, 3]'],
    ['too few elements', { inputs: [{ ...a, data: [1, 2] }, b] }, '2 elements; the shape [1, 3] takes 3'],
    ['ragged data', { inputs: [{ ...a, shape: [1, 3], data: [[1, 2], [3]] }, b] }, 'do not have the shape'],
    ['a negative size', { inputs: [{ ...a, shape: [-1, 3] }, b] }, 'inputs.0.shape.0'],
    ['text for a number', { inputs: [{ ...a, data: [1, '2', 3] }, b] }, '"a" is FP32 and holds "2"'],
    ['an unknown output', { ...sum, outputs: [{ name: 'd' }] }, 'has no output "d"; it has "c"'],
    [
      'classification',
      { ...sum, outputs: [{ name: 'c', parameters: { classification: 3 } }] },
      'classification',
    ],
    [
      'bytes that are not there',
      { inputs: [{ ...a, data: undefined, parameters: { binary_data_size: 12 } }, b] },
      'reaches beyond the body',
    ],
    [
      'sizes that do not go together',
      {
        inputs: [
          { ...a, shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
          { ...b, shape: [3, 3], data: Array(9).fill(0) },
        ],
      },
      'could not compute this',
    ],
    ['no inputs', { inputs: [] }, 'inputs'],
  ];
  test.each(cases)('%s', async (_, request, message) => {
    const { status, body } = await post('/v2/models/sum/infer', request);
    expect(body.error).toContain(message);
    expect(status).toBe(400);
  });

  test('what is not JSON, not there, too large, compressed, or the wrong method', async () => {
    const url = '/v2/models/sum/infer';
    expect((await post(url, Buffer.from('{"inputs":'))).status).toBe(400);
    expect((await post('/v2/models/nobody/infer', sum)).body.error).toContain('there are: echo, sum, slow');
    expect((await get('/v2/models/nobody')).status).toBe(404);
    expect((await get('/v3')).status).toBe(404);
    expect((await get(url)).status).toBe(405);
    expect((await post(url, sum, { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post(url, sum, { 'inference-header-content-length': '99999' })).status).toBe(400);
    const large = await post(url, Buffer.alloc(9 * 1024 * 1024)).catch((error: Error) => error);
    // The server closes while the body is still on its way; a client may see either.
    expect('status' in large ? large.status : large.name).toBeOneOf([413, 'TypeError']);
    expect((await post(url, sum)).status).toBe(200);
    expect(server.faults).toEqual([]);
  });
});

test('a port that is taken is said so, and leaves no thread behind', async () => {
  const first = await startTestServing({ grpcPort: 0 });
  const { grpcPort, httpPort } = first.serving;
  await expect(startTestServing({ grpcPort })).rejects.toMatchObject({ code: 'port_unavailable' });
  await expect(startTestServing({ httpPort })).rejects.toMatchObject({ code: 'port_unavailable' });
  await first.stop();
});

test('a caller that goes away while its request waits costs no inference', async () => {
  const own = await startTestServing({ batching: 'off' });
  const data = Array(1200).fill(1);
  const send = (signal: AbortSignal) =>
    fetch(`${own.url}/v2/models/slow/infer`, {
      method: 'POST',
      body: JSON.stringify({
        inputs: [
          { name: 'column', datatype: 'FP32', shape: [1200, 1], data },
          { name: 'row', datatype: 'FP32', shape: [1, 1200], data },
        ],
      }),
      signal,
    });
  const metrics = async () => (await fetch(`${own.url}/metrics`)).text();
  const [stays, leaves] = [new AbortController(), new AbortController()];
  const running = [send(stays.signal), send(stays.signal)];
  const waiting = [send(leaves.signal), send(leaves.signal)];
  const left = Promise.allSettled(waiting);
  await expect.poll(metrics, { interval: 2 }).toMatch(/visavox_serving_waiting [12]/);
  leaves.abort();
  expect((await left).every(({ status }) => status === 'rejected')).toBe(true);
  for (const response of await Promise.all(running)) expect(response.status).toBe(200);
  await expect
    .poll(metrics)
    .toMatch(/requests_total\{model="slow",protocol="rest",outcome="request_abandoned"\} [12]/);
  expect(own.faults).toEqual([]);
  await own.stop();
});
