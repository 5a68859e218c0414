import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fetchNetwork } from './fetch-network.ts';

const network = randomBytes(200_000);
const sha256 = createHash('sha256').update(network).digest('hex');

let folder: string;
let server: Server;
let asked: (string | undefined)[];
/** After so many bytes the connection breaks, once for each. */
let breaks: number[];
let ranges: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-networks-'));
  [asked, breaks, ranges] = [[], [], true];
  server = createServer((request, response) => {
    asked.push(request.headers.range);
    if (request.url !== '/network.onnx') return void response.writeHead(404).end();
    const from = ranges ? Number(request.headers.range?.match(/bytes=(\d+)-/)?.[1] ?? 0) : 0;
    const body = network.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length });
    const until = breaks.shift();
    if (until === undefined) return void response.end(body);
    response.write(body.subarray(0, until), () => setTimeout(() => response.destroy(), 50));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await rm(folder, { recursive: true });
});

const address = (changes: Partial<{ url: string; sha256: string; bytes: number }> = {}) => ({
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/network.onnx`,
  sha256,
  bytes: network.length,
  ...changes,
});

test('a network is fetched once, and is then there', async () => {
  const file = await fetchNetwork(address(), { folder });
  expect(await readFile(file)).toEqual(network);
  expect(await fetchNetwork(address(), { folder })).toBe(file);
  expect(asked).toEqual([undefined]);
});

test('what broke off is gone on with, in one call or in the next', async () => {
  breaks = [70_000, 50_000];
  await expect(fetchNetwork(address(), { folder, attempts: 1 })).rejects.toMatchObject({
    code: 'network_unavailable',
  });
  expect(await readFile(await fetchNetwork(address(), { folder }))).toEqual(network);
  expect(asked).toEqual([undefined, 'bytes=70000-', 'bytes=120000-']);
});

test('a server that knows no ranges is asked for all of it again', async () => {
  ranges = false;
  breaks = [70_000];
  expect(await readFile(await fetchNetwork(address(), { folder }))).toEqual(network);
});

test('a file that is another is refused, and nothing of it is kept', async () => {
  await expect(fetchNetwork(address({ sha256: '0'.repeat(64) }), { folder })).rejects.toMatchObject({
    code: 'network_digest_differs',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('more than was announced is not read', async () => {
  await expect(fetchNetwork(address({ bytes: 1000 }), { folder })).rejects.toMatchObject({
    code: 'network_too_large',
    kind: 'too-large',
  });
});

test('an address that leads nowhere, or over an open network, is said', async () => {
  const nowhere = address().url.replace('network.onnx', 'other.onnx');
  await expect(fetchNetwork(address({ url: nowhere }), { folder })).rejects.toMatchObject({
    code: 'network_unavailable',
  });
  await expect(
    fetchNetwork(address({ url: 'http://example.org/network.onnx' }), { folder }),
  ).rejects.toMatchObject({
    code: 'network_address_unsafe',
  });
});
