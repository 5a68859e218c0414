import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { typesOf } from '@visavox/console/generate';
import { digestOf } from '@visavox/core/digest';
import { command } from '@visavox/web/generate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let webFolder: string;

beforeAll(async () => {
  webFolder = await mkdtemp(join(tmpdir(), 'visavox-web-'));
  await mkdir(join(webFolder, 'assets'));
  await writeFile(join(webFolder, 'index.html'), '<!doctype html><title>Visavox</title>');
  await writeFile(join(webFolder, 'assets', 'index-4f3a.js'), 'console.log(1)');
  await writeFile(join(webFolder, 'assets', 'index-4f3a.js.br'), brotliCompressSync('console.log(1)'));
  server = await startTestServer({ webFolder });
});
afterAll(async () => {
  await server.close();
  await rm(webFolder, { recursive: true });
});

const ask = async (path: string, init: RequestInit = {}) => server.app.request(path, init);

describe('the API description', () => {
  it('has every route that is answered, and no other', async () => {
    const document = await (await ask('/api/openapi.json')).json();
    const described = Object.entries<Record<string, unknown>>(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const answered = server.app.routes
      .filter(({ path, method }) => method !== 'ALL' && !path.includes('*') && path !== '/api/openapi.json')
      .map(({ path, method }) => `${method} ${path}`);
    expect(described.sort()).toEqual([...new Set(answered)].sort());
    expect(described.length).toBeGreaterThan(25);
  });

  it('is what the page was written against', async () => {
    const document = await (await ask('/api/openapi.json')).text();
    const committed = await readFile(new URL(import.meta.resolve('@visavox/web/api/schema')), 'utf8');
    expect(await typesOf(document, command), command).toBe(committed);
  });

  it('says which routes want an operator, and they do', async () => {
    const document = await (await ask('/api/openapi.json')).json();
    const open: string[] = [];
    for (const [path, item] of Object.entries<Record<string, { security?: unknown }>>(document.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const url = path.replaceAll(/\{\w+\}/g, 'sample');
        const body = method === 'post' ? { body: '{}', headers: { 'content-type': 'application/json' } } : {};
        const { status } = await ask(url, { method: method.toUpperCase(), ...body });
        expect(status === 401, `${method} ${path} answers ${status}`).toBe(
          operation.security !== undefined && status !== 400,
        );
        if (operation.security === undefined) open.push(`${method} ${path}`);
      }
    }
    expect(open).toMatchInlineSnapshot(`
      [
        "post /api/v1/captures/face",
        "post /api/v1/captures/voice",
        "post /api/v1/challenges",
        "post /api/v1/attempts",
        "get /api/v1/session",
        "delete /api/v1/session",
        "get /api/v1/operator/session",
        "post /api/v1/operator/session",
        "delete /api/v1/operator/session",
        "get /api/v1/operator/oidc",
        "get /api/v1/operator/oidc/callback",
        "post /api/v1/people",
        "post /api/v1/passkeys/authentication/options",
        "post /api/v1/passkeys/authentication/verify",
        "post /api/v1/recovery-codes/sign-in",
        "post /api/v1/codes/sign-in",
        "post /api/v1/joining/options",
        "post /api/v1/joining/verify",
        "post /api/v1/invitations/open",
        "get /health",
      ]
    `);
  });
});

describe('who is asking', () => {
  it('is an operator with the token, in a header or exchanged for a cookie', async () => {
    expect((await server.get('/api/v1/people')).status).toBe(200);
    const wrong = await ask('/api/v1/people', { headers: { authorization: 'Bearer guess' } });
    expect(await wrong.json()).toMatchObject({ status: 401, code: 'operator_token_invalid' });

    const login = (token: string) =>
      ask('/api/v1/operator/session', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token }),
      });
    expect((await login('guess')).status).toBe(401);
    const cookie = (await login('the-token-of-the-operator-in-these-tests')).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    const people = await ask('/api/v1/people', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(people.status).toBe(200);
    server.advance(12 * 3600 + 1);
    const later = await ask('/api/v1/people', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(later.status).toBe(401);
  });
});

describe('a browser', () => {
  it('is not led here by a foreign name, nor by a foreign page', async () => {
    const rebound = await ask('/api/v1/session', { headers: { host: 'attacker.example:4600' } });
    expect(await rebound.json()).toMatchObject({ status: 403, code: 'host_not_allowed' });
    const forged = await ask('/api/v1/challenges', {
      method: 'POST',
      headers: { origin: 'https://attacker.example' },
    });
    expect(await forged.json()).toMatchObject({ status: 403, code: 'cross_origin' });
    const own = await ask('/api/v1/challenges', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...{ host: 'localhost:4600', origin: 'http://localhost:4600', 'sec-fetch-site': 'same-origin' },
      },
      body: JSON.stringify({ name: 'Somebody' }),
    });
    expect(own.status).toBe(201);
    expect(own.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('gets headers that keep the page to itself', async () => {
    const { headers } = await ask('/');
    const policy = headers.get('content-security-policy');
    expect(policy).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('permissions-policy')).toContain('camera=(self)');
    expect((await ask('/api/v1/session')).headers.get('cache-control')).toBe('no-store');
  });

  it('gets the page on every path of it, and its assets for good', async () => {
    for (const path of ['/', '/enrol', '/console/runs/1']) {
      const page = await ask(path);
      expect(await page.text(), path).toContain('<title>Visavox</title>');
      expect(page.headers.get('cache-control'), path).toBe('no-cache');
    }
    const asset = await ask('/assets/index-4f3a.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-type')).toContain('javascript');
    const smaller = await ask('/assets/index-4f3a.js', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(smaller.headers.get('content-encoding')).toBe('br');
    expect(smaller.headers.get('content-type')).toContain('javascript');
    expect((await ask('/assets/gone.js')).status).toBe(404);
    expect((await ask('/..%2f..%2fetc%2fpasswd.txt')).status).toBe(404);
  });
});

describe('what there is not', () => {
  it('is told, with what to do', async () => {
    const path = await ask('/api/v1/nothing');
    expect(await path.json()).toMatchObject({ status: 404, code: 'not_found' });
    const method = await ask('/api/v1/people', { method: 'PATCH' });
    expect(await method.json()).toMatchObject({ status: 405, code: 'method_not_allowed' });
    expect(method.headers.get('allow')).toBe('GET, HEAD, POST');
    const person = await server.get('/api/v1/people/none');
    expect(await person.json()).toMatchObject({ status: 404, code: 'unknown_person' });
    const trace = await server.get('/api/v1/trace/attempt/latest');
    expect(await trace.json()).toMatchObject({ status: 404, code: 'unknown_attempt' });
    const kind = await server.get('/api/v1/trace/planet/mars');
    expect(await kind.json()).toMatchObject({ status: 400, code: 'unknown_lineage_kind' });
    const digest = await server.get('/api/v1/datasets/mars');
    expect(await digest.json()).toMatchObject({ status: 404, code: 'unknown_dataset' });
    const limit = await server.get('/api/v1/attempts?limit=-1');
    expect(await limit.json()).toMatchObject({ status: 400, code: 'request_invalid', field: 'limit' });
  });

  it('keeps the inside of a failure inside, and logs it under the request', async () => {
    const failed = await server.get('/api/v1/runs/any');
    const problem = await failed.json();
    expect(problem).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(problem)).not.toContain('not part of this test');
    const logged = server.logged.find((line) => line.includes(problem.requestId));
    expect(logged).toContain('not part of this test');
  });
});

describe('the console', () => {
  it('starts from what is there', async () => {
    expect(await (await server.get('/api/v1/status')).json()).toMatchObject({
      services: [{ name: 'database', healthy: true, url: null, reason: 'in a test' }],
      environments: [{ name: 'production', champion: { model: 'recogniser', version: 1 }, challenger: null }],
      people: 0,
      samples: 0,
    });
    expect(await (await server.get('/api/v1/overview')).json()).toMatchObject({
      attempts: [],
      champion: { model: 'recogniser', version: 1 },
      pending: { newPeople: 0, newSamples: 0, thresholds: { people: 5, samples: 50 } },
    });
    expect(await (await server.get('/api/v1/releases')).json()).toMatchObject({
      releases: [{ stage: 'champion', reason: 'the published networks' }],
    });
  });
});

describe('the files of a model version', () => {
  it('are handed to operators, each as its digest says', async () => {
    const bundle = await (await server.get('/api/v1/models/recogniser/versions/1/bundle')).json();
    const { path, digest, bytes } = bundle.files.find(
      (file: { path: string }) => file.path === 'calibration.json',
    );
    const answer = await server.get(`/api/v1/models/recogniser/versions/1/files/${path}`);
    const file = new Uint8Array(await answer.arrayBuffer());
    expect([file.length, digestOf(file)]).toEqual([bytes, digest]);
    const missing = await server.get('/api/v1/models/recogniser/versions/1/files/passwd');
    expect(await missing.json()).toMatchObject({ status: 404, code: 'unknown_file' });
    const unknown = await server.get('/api/v1/models/recogniser/versions/99/bundle');
    expect(await unknown.json()).toMatchObject({ status: 404, code: 'unknown_model' });
  });
});
