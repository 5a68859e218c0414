import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestBundle, testBundle } from './testing/bundle-folder.ts';

let bundle: TestBundle;
let child: ChildProcess;
let ended: Promise<number | null>;
const events: { message: string; httpPort?: number; code?: string }[] = [];

beforeEach(async () => {
  bundle = await testBundle();
  events.length = 0;
});
afterEach(async () => {
  if (child.exitCode === null) child.kill('SIGKILL');
  await bundle.remove();
});

function start(...options: string[]): void {
  const main = join(import.meta.dirname, 'bin', 'visavox-serve.mjs');
  child = spawn(
    process.execPath,
    [
      main,
      bundle.folder,
      '--host',
      '127.0.0.1',
      '--http-port',
      '0',
      '--grpc-port',
      '0',
      '--threads',
      '1',
      ...options,
    ],
    { stdio: ['ignore', 'inherit', 'pipe'] },
  );
  ended = once(child, 'exit').then(([code]) => code);
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('{')) events.push(JSON.parse(line));
    });
}

async function said(message: string) {
  await expect
    .poll(() => events.find((event) => event.message.includes(message)), { timeout: 20_000 })
    .toBeTruthy();
  return events.find((event) => event.message.includes(message));
}

async function slow(url: string, size: number): Promise<Response> {
  const data = Array(size).fill(1);
  return fetch(`${url}/v2/models/slow/infer`, {
    method: 'POST',
    body: JSON.stringify({
      inputs: [
        { name: 'column', datatype: 'FP32', shape: [size, 1], data },
        { name: 'row', datatype: 'FP32', shape: [1, size], data },
      ],
    }),
  });
}

test('SIGTERM: not ready at once, what arrives and what runs is answered, then the end', async () => {
  start('--expect', bundle.digest, '--linger-seconds', '2');
  const ready = await said('ready');
  const url = `http://127.0.0.1:${ready?.httpPort}`;
  const running = slow(url, 700);
  child.kill('SIGTERM');
  await said('draining');
  expect((await fetch(`${url}/v2/health/ready`)).status).toBe(503);
  expect((await fetch(`${url}/v2/health/live`)).status).toBe(200);
  const late = await slow(url, 3);
  expect(late.headers.get('connection')).toBe('close');
  expect((await late.json()).outputs[0].data[0]).toBe(3);
  expect((await (await running).json()).outputs[0].data[0]).toBe(700);
  expect(await ended).toBe(0);
  await expect(fetch(`${url}/v2/health/live`)).rejects.toThrow();
});

test('a file that is not what its manifest says ends it with 1 and says which', async () => {
  await appendFile(join(bundle.folder, 'sum.onnx'), 'x');
  start();
  expect(await ended).toBe(1);
  expect(await said('sum.onnx has')).toMatchObject({ code: 'bundle_refused' });
});

test('another bundle than the expected one ends it with 1, a wrong option with 2', async () => {
  start('--expect', `sha256:${'0'.repeat(64)}`);
  expect(await ended).toBe(1);
  await said('was to be served');
  start('--threads', 'many');
  expect(await ended).toBe(2);
});
