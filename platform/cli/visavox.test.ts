import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const bin = join(import.meta.dirname, 'bin', 'visavox.mjs');
const nowhere = 'http://127.0.0.1:9';

function visavox(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, VISAVOX_TOKEN: 'the-token', VISAVOX_SERVER: '' };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...args], { env }, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

let server: Server | undefined;
afterEach(() => server?.close());

/** A server that answers every request with `answer` and notes what was asked. */
async function answering(answer: {
  status: number;
  type: string;
  body: unknown;
}): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(answer.status, { 'content-type': answer.type }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

describe('visavox', () => {
  it('teaches its commands', async () => {
    const { code, stdout } = await visavox('--help');
    expect(code).toBe(0);
    for (const name of [
      'init',
      'up',
      'status',
      'doctor',
      'data',
      'run',
      'runs',
      'sweep',
      'sweeps',
      'models',
      'serve',
      'release',
      'people',
      'trace',
      'evaluate',
      'simulate',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
  });

  it('says where the token of an operator comes from when a server does not take the one that is given', async () => {
    const { url } = await answering({
      status: 401,
      type: 'application/problem+json',
      body: { code: 'unauthenticated', detail: 'nobody is signed in', action: 'Sign in first.' },
    });
    const { code, stderr } = await visavox('--server', url, 'runs', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain(`the server at ${url} does not take this operator's token`);
    expect(stderr).toContain('visavox login, or VISAVOX_TOKEN');
  });

  it('prints one JSON document on request, asked for as the operator', async () => {
    const status = {
      services: [{ name: 'server', healthy: true, url: null }],
      environments: [
        {
          name: 'production',
          model: 'recogniser',
          champion: { model: 'recogniser', version: 3, release: 'r' },
          challenger: null,
        },
      ],
    };
    const { url, asked } = await answering({ status: 200, type: 'application/json', body: status });
    const { code, stdout } = await visavox('status', '--json', '--server', url);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(status);
    expect(asked).toEqual(['GET /api/v1/status Bearer the-token']);
    expect((await visavox('status', '--server', url)).stdout).toMatch(/production +recogniser:3/);
  });

  it('says what to do when no server answers, with exit code 1', async () => {
    const { code, stdout, stderr } = await visavox('status', '--server', nowhere);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('npm start');
  });

  it.each([
    [['release', 'propose', 'iris:1'], 'POST /api/v1/models/iris/releases'],
    [
      ['release', 'propose', 'iris@champion', '--to', 'production'],
      'POST /api/v1/models/iris/releases?environment=production',
    ],
    [
      ['release', 'rollback', 'iris', '--environment', 'test'],
      'POST /api/v1/models/iris/rollback?environment=test',
    ],
    [['models', 'show', 'iris:12'], 'GET /api/v1/models/iris/versions/12'],
    [['models', 'show', 'iris@champion'], 'GET /api/v1/models/iris/versions/champion'],
    [['models', 'list', 'iris'], 'GET /api/v1/models/iris/versions'],
  ])('asks for the model that was named: %j', async (words, expected) => {
    const body = { code: 'unknown_model', detail: 'there is no model iris', action: 'List them.' };
    const { url, asked } = await answering({ status: 404, type: 'application/problem+json', body });
    expect((await visavox(...words, '--server', url)).stderr).toBe('there is no model iris\nList them.\n');
    expect(asked).toEqual([`${expected} Bearer the-token`]);
  });

  it.each(['7', 'iris', 'iris:0', 'iris:1:2', 'a/b:1', ':1', 'iris@'])(
    'refuses %j, which names no version of a model, and asks for nothing',
    async (reference) => {
      const { url, asked } = await answering({ status: 500, type: 'application/json', body: {} });
      const { code, stdout } = await visavox('release', 'propose', reference, '--json', '--server', url);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'model_reference_invalid' } });
      expect(asked).toEqual([]);
    },
  );

  it('rolls back the only model without being told its name, and asks for it where there are several', async () => {
    const serving = (model: string) => ({ name: 'production', model, champion: null, challenger: null });
    const body = { services: [], environments: [serving('iris'), serving('digits')] };
    const { url } = await answering({ status: 200, type: 'application/json', body });
    const { stdout } = await visavox('release', 'rollback', '--json', '--server', url);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'model_needed' } });
    const status = { ...body, environments: [serving('iris')] };
    const alone = await answering({ status: 200, type: 'application/json', body: status });
    await visavox('release', 'rollback', '--json', '--server', alone.url);
    expect(alone.asked.map((one) => one.split(' Bearer')[0])).toEqual([
      'GET /api/v1/status',
      'POST /api/v1/models/iris/rollback',
    ]);
  });

  it('passes on what the server says is wrong', async () => {
    const body = {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'nothing_to_roll_back_to',
      detail: 'nothing served before',
      action: 'Propose one.',
      requestId: 'r1',
    };
    const { url } = await answering({ status: 409, type: 'application/problem+json', body });
    const { code, stdout, stderr } = await visavox(
      'release',
      'rollback',
      'digits',
      '--json',
      '--server',
      url,
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'nothing_to_roll_back_to', requestId: 'r1' } });
    expect(stderr).toBe('nothing served before\nPropose one.\n');
  });

  it.each([
    [['frobnicate']],
    [['trace']],
    [['runs', 'compare', 'one']],
    [['runs', 'edit', 'one']],
    [['runs', 'list', '--state', 'odd']],
    [['run', 'p.yaml', '--param', 'novalue']],
    [['status', '--frobnicate']],
  ])('answers misuse %j with exit code 2', async (args) => {
    const { code, stderr } = await visavox(...args);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/ at .*\.ts:\d+/);
  });
});
