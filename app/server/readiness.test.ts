import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { withHealth } from '@visavox/api/health';
import { digestOf } from '@visavox/core/digest';
import type { Release } from '@visavox/core/release';
import { readiness } from '@visavox/host/readiness';
import { DecoderPool } from '@visavox/recognition/decoding/decoder-pool';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { signInChecks } from './checks.ts';

const release = {
  ...{ id: 'release-1', environment: 'production', model: 'recogniser', version: 1, reason: '' },
  ...{ bundle: digestOf(new Uint8Array()), stage: 'champion' as const, createdAt: '', promotedAt: null },
};
let home: string;
let decoder: DecoderPool;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'visavox-ready-'));
  decoder = new DecoderPool();
});
afterEach(async () => {
  await decoder.close();
  await rm(home, { recursive: true, force: true });
});

async function ready({
  champion = { release },
  ...change
}: Partial<Parameters<typeof readiness>[0] & { champion: { release: Release | undefined } }> = {}) {
  const objects = await openOrCreateObjectStore({
    url: pathToFileURL(join(home, 'objects')).href,
    key: { file: join(home, 'objects.key') },
  });
  const checks = readiness({
    settings: { home, databaseUrl: undefined },
    database: { check: async () => undefined },
    more: signInChecks({ decoder, champion }),
    objects,
    ...change,
  });
  const answer = withHealth(checks, () => new Response());
  return async () => {
    const response = await answer(new Request('http://10.0.0.7:4600/healthz/ready'));
    return { status: response.status, body: await response.text() };
  };
}

it('is ready when everything can be written, read and decoded', async () => {
  expect(await (await ready())()).toEqual({ status: 200, body: '{"status":"ready"}' });
});

it('says what is wrong: the database, the objects, the decoders, the recogniser', async () => {
  const ask = await ready({
    database: {
      check: async () => {
        throw new Error('invalid page in block 1');
      },
    },
    champion: { release: undefined },
  });
  await rm(join(home, 'objects'), { recursive: true });
  await writeFile(join(home, 'objects'), 'no folder');
  await decoder.close();
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(JSON.parse(body).missing).toEqual({
    database: 'invalid page in block 1',
    objects: expect.stringContaining('ENOTDIR'),
    decoder: expect.stringContaining('cannot be decoded'),
    recogniser: 'not loaded',
  });
});

it('leaves nothing in the object store', async () => {
  const objects = await openOrCreateObjectStore({
    url: pathToFileURL(join(home, 'objects')).href,
    key: { file: join(home, 'objects.key') },
  });
  await (await ready({ objects }))();
  for await (const key of objects.list('')) throw new TypeError(`${key} is left`);
});
