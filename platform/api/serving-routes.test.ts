import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '@visavox/core/errors';
import { type ModelReference, modelReference } from '@visavox/core/model';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { answerError } from './problem.ts';
import type { ServedModelsPort, ServedRequest } from './resources.ts';
import { addServingRoutes } from './serving-routes.ts';
import { openApi } from './shell.ts';

const log = pino({ level: 'silent' });
let server: Server | undefined;
afterEach(() => server?.close());

/** A model server that says what it was asked. */
async function modelServer(): Promise<string> {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(200, {
        ...{ 'content-type': 'application/octet-stream', 'inference-header-content-length': '7' },
        'x-inner': 'not for others',
      });
      response.end(
        `${request.method} ${request.url} ${request.headers['inference-header-content-length'] ?? ''} ${request.headers.authorization ?? ''} ${Buffer.concat(chunks)}`,
      );
    });
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function api(find: ServedModelsPort['find'], operator = true) {
  const app = openApi<ApiEnv>();
  app.onError((error, c) => answerError(error, c, { log, refused: () => {} }));
  app.use((c, next) => {
    c.set('caller', { operator, program: true });
    return next();
  });
  addServingRoutes(app, {
    served: { isServed: () => true, find },
    requests: { wants: () => logged !== undefined, record: (request) => void logged?.push(request) },
  });
  return app;
}

/** Of what is asked, where a test wants it to be logged. */
let logged: ServedRequest[] | undefined;
afterEach(() => {
  logged = undefined;
});

const at =
  (url: string, lost = () => {}): ServedModelsPort['find'] =>
  async () => ({ url, lost, release: { version: 3 } as never });
const path = '/api/v1/serving/production/digits/v2/models/digits/infer';

describe('the address of a served model', () => {
  it('hands requests of the protocol on to where its release is up, and nothing else of them', async () => {
    const answer = await api(at(await modelServer())).request(path, {
      method: 'POST',
      headers: { authorization: 'Bearer secret', 'inference-header-content-length': '3' },
      body: 'tensors',
    });
    expect(await answer.text()).toBe('POST /v2/models/digits/infer 3  tensors');
    expect(answer.headers.get('inference-header-content-length')).toBe('7');
    expect(answer.headers.get('x-inner')).toBeNull();
  });

  it('logs what was asked and answered where that is wanted, and what is no prediction never', async () => {
    const app = api(at(await modelServer()));
    logged = [];
    const answer = await app.request(path.replace('/v2/models/digits/infer', '/invocations'), {
      ...{ method: 'POST', body: '{"inputs":[1]}' },
    });
    expect(await answer.text()).toBe('POST /invocations   {"inputs":[1]}');
    await app.request('/api/v1/serving/production/digits/v2/health/ready');
    expect(logged.map((one) => ({ ...one, ms: 0, request: String(Buffer.from(one.request)) }))).toEqual([
      {
        ...{
          environment: 'production',
          model: 'digits',
          version: 3,
          path: '/invocations',
          status: 200,
          ms: 0,
        },
        ...{ request: '{"inputs":[1]}', response: expect.any(Uint8Array) },
      },
    ]);
  });

  it.each([
    ['digits', 'digits@champion'],
    ['digits@challenger', 'digits@challenger'],
    ['digits:3', 'digits:3'],
  ])('means by %s the release %s', async (written, meant) => {
    const asked: ModelReference[] = [];
    const url = await modelServer();
    const app = api(async (environment, reference) => {
      asked.push(reference);
      return at(url)(environment, reference);
    });
    await app.request(`/api/v1/serving/production/${written}/v2/health/ready`);
    expect(asked.map((one) => ('version' in one ? modelReference(one) : `${one.name}@${one.alias}`))).toEqual(
      [meant],
    );
  });

  it('finds a release again that went away between being found and being asked', async () => {
    const up = await modelServer();
    const urls = ['http://127.0.0.1:9', up];
    let lost = 0;
    const app = api(async (...asked) => at(urls.shift() ?? '', () => void lost++)(...asked));
    expect((await app.request(path, { method: 'POST', body: '{}' })).status).toBe(200);
    expect(lost).toBe(1);
  });

  it('says so where nobody answers there', async () => {
    const answer = await api(at('http://127.0.0.1:9')).request(path, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'model_server_unreachable' });
  });

  it('leads nowhere but to the protocol, and nobody but operators', async () => {
    const nobody = new UserError({
      kind: 'not-found',
      code: 'nothing_serves',
      message: 'none',
      action: 'Release one.',
    });
    const app = api(() => Promise.reject(nobody));
    expect((await app.request('/api/v1/serving/production/digits/metrics')).status).toBe(404);
    expect(await (await app.request(path)).json()).toMatchObject({ code: 'nothing_serves' });
    expect((await api(at('http://127.0.0.1:9'), false).request(path)).status).toBe(401);
  });
});
