import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('./files/check.mjs', import.meta.url));

/** `helm test` against a server that is not ready for as many requests. */
async function check(notReadyFor: number, waitSeconds: number): Promise<string> {
  let asked = 0;
  const server = createServer((_, response) =>
    response.writeHead(++asked > notReadyFor ? 200 : 503).end(),
  ).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { ...process.env, APPLICATION: url, CONTROLLER: url, WAIT_SECONDS: String(waitSeconds) };
  try {
    return (await promisify(execFile)(process.execPath, [program], { env })).stdout;
  } finally {
    server.close();
  }
}

it('helm test waits while something is being replaced', async () => {
  expect(await check(2, 60)).toContain('/healthz/ready answered 503');
});

it('helm test fails where nothing comes up in the time of a rollout, and says what did not', async () => {
  await expect(check(1000, 0)).rejects.toThrow('not after 0 s: http');
});
