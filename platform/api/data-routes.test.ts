import { packOf } from '@visavox/core/blob-pack';
import { type DatasetItem, type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { MemoryObjectStore } from '@visavox/pipelines/testing';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { ApiEnv } from './api-env.ts';
import { addDataRoutes } from './data-routes.ts';
import { answerError } from './problem.ts';
import { openApi } from './shell.ts';

const item = (key: string, text: string, labels: DatasetItem['labels'] = {}): DatasetItem => ({
  ...{ key, labels, digest: digestOf(text), bytes: text.length, mediaType: 'text/plain', provenance: {} },
});
const before = datasetVersion('birds', [
  item('owl.txt', 'hoo', { size: 'Large' }),
  item('rook.txt', 'kaah'),
  item('wren.txt', 'tic', { size: 'small' }),
]);
const after = datasetVersion('birds', [
  item('Owlet.txt', 'hoo'),
  item('rook.txt', 'kaah kaah'),
  item('wren.txt', 'tic', { size: 'small' }),
]);

const log = pino({ level: 'silent' });
const app = openApi<ApiEnv>();
app.onError((error, c) => answerError(error, c, { log, refused: () => {} }));
addDataRoutes(app, {
  ...{ log, objects: new MemoryObjectStore() },
  datasets: {
    get: async (digest): Promise<DatasetVersion> => {
      const found = [before, after].find((version) => version.digest === digest);
      if (found) return found;
      throw new UserError({
        ...{ kind: 'not-found', code: 'unknown_dataset', message: 'there is none', action: 'List them.' },
      });
    },
    save: async () => {},
    latest: async () => after.digest,
    list: async () => [],
  },
  rulesOf: async () => undefined,
  whileKept: (work) => work(),
  validations: {
    validate: () => Promise.reject(new Error('there are no rules')),
    list: async () => [],
  },
});
const ask = async (path: string) => (await app.request(`/api/v1/datasets/${path}`)).json();
const keys = (items: readonly DatasetItem[]) => items.map(({ key }) => key);

it('hands out a part of the items of a version, and counts all of them', async () => {
  const { items, ...counts } = await ask(`${before.digest}/items?start=1&limit=1`);
  expect(keys(items)).toEqual(['rook.txt']);
  expect(counts).toEqual({ digest: before.digest, name: 'birds', found: 3, total: 3, bytes: 10 });
});

it.each([
  ['part of a key, in capitals or not', 'OWL', ['owl.txt']],
  ['a label', 'size=large', ['owl.txt']],
  ['what is in none', 'hawk', []],
])('finds items by %s', async (_what, find, expected) => {
  const { items, found, total } = await ask(`${before.digest}/items?find=${encodeURIComponent(find)}`);
  expect(keys(items)).toEqual(expected);
  expect([found, total]).toEqual([expected.length, 3]);
});

it('tells what changed since another version, the first of each kind', async () => {
  const { added, removed, changed } = await ask(`${after.digest}/difference?from=${before.digest}&limit=1`);
  expect(added).toMatchObject({ count: 1, items: [{ key: 'Owlet.txt' }] });
  expect(removed).toMatchObject({ count: 1, items: [{ key: 'owl.txt' }] });
  expect(changed).toMatchObject({ count: 1, items: [{ before: { bytes: 4 }, after: { bytes: 9 } }] });
});

it('knows no version that is not there, on either side', async () => {
  for (const path of [`${digestOf('')}/items`, `${after.digest}/difference?from=birds`])
    expect(await ask(path)).toMatchObject({ status: 404, code: 'unknown_dataset' });
});

it('takes many small blobs in one request, all of them or none', async () => {
  const blobs = ['owl', 'rook', 'wren'].map((text) => ({
    digest: digestOf(text),
    bytes: new TextEncoder().encode(text),
  }));
  const post = async (body: Uint8Array) => {
    const headers = { 'content-type': 'application/octet-stream' };
    return app.request('/api/v1/blobs', { method: 'POST', headers, body: new Uint8Array(body) });
  };
  const missing = async () => {
    const response = await app.request('/api/v1/blobs/missing', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ digests: blobs.map(({ digest }) => digest) }),
    });
    return (await response.json()).missing;
  };
  const cut = await post(packOf(blobs).subarray(0, -1));
  expect([cut.status, (await cut.json()).code]).toEqual([400, 'pack_invalid']);
  expect(await missing()).toHaveLength(3);
  expect((await post(packOf(blobs))).status).toBe(204);
  expect(await missing()).toEqual([]);
});
