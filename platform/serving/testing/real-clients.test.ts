import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { shortDigest } from '@visavox/core/digest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peerPython } from '../../../scripts/peer-environment.mjs';
import { startTestServing, type TestServing } from './test-serving.ts';

const python = peerPython('serving-clients');
const scripts = {
  'triton_clients.py': [
    'triton http metadata',
    'triton http binary tensors of every datatype',
    'triton http json tensors',
    'triton http many at once',
    'triton http errors',
    'triton grpc metadata',
    'triton grpc tensors of every datatype',
    'triton grpc many at once',
    'triton grpc errors',
  ],
  'kserve_clients.py': ['kserve rest', 'kserve grpc'],
} as const;

/** From PyPI; `node scripts/peer-environment.mjs serving-clients` makes their environment. */
describe.skipIf(!python).each(Object.entries(scripts))('clients that others wrote: %s', (script, checks) => {
  let server: TestServing;
  let report: Record<string, string>;

  beforeAll(async () => {
    server = await startTestServing({ grpcPort: 0 });
    const { httpPort, grpcPort } = server.serving;
    const { stdout } = await promisify(execFile)(
      python ?? '',
      [
        join(import.meta.dirname, script),
        `127.0.0.1:${httpPort}`,
        `127.0.0.1:${grpcPort}`,
        shortDigest(server.bundle.digest),
      ],
      { timeout: 100_000, env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
    );
    report = JSON.parse(stdout);
  });
  afterAll(() => server.stop());

  test.each(checks)('%s', (check) => {
    expect(report[check]).toBe('ok');
  });

  test('no check is left out, and the server failed in none', () => {
    expect(Object.keys(report)).toEqual(checks);
    expect(server.faults).toEqual([]);
  });
});
