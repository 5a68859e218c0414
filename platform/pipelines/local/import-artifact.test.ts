import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { digestOf, hexOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactFile } from '../artifacts.ts';
import { MemoryObjectStore } from '../testing.ts';
import { attemptFolder, placeOfArtifact } from './attempt.ts';
import { importArtifact } from './import-artifact.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-import-'));
  await writeFile(join(folder, 'a.txt'), 'a');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const component = { outputDefinitions: { artifacts: { artifact: { artifactType: {} } } } };
const typeSchema = { schemaTitle: 'system.Dataset' };

const here = () => ({
  objects: new MemoryObjectStore(),
  visible: async (path: string) => path,
  known: async () => undefined,
});

it('takes the address from the parameter that it names, and fills in what its metadata names', async () => {
  const parameters = { language: 'first by its name', metadata: 3, uri: join(folder, 'a.txt') };
  const metadata = {
    language: "{{$.inputs.parameters['language']}}",
    count: "{{$.inputs.parameters['metadata']}}",
    nested: { list: ["{{$.inputs.parameters['metadata']}} of 4", 1] },
  };
  const inputs = { parameters, artifacts: {} };
  const importer = { artifactUri: { runtimeParameter: 'uri' }, typeSchema, metadata };
  expect(await importArtifact(here(), { component, inputs }, importer)).toEqual({
    ...{ name: 'artifact', digest: digestOf('a'), bytes: 1, type: 'system.Dataset' },
    metadata: {
      ...{ language: 'first by its name', count: 3, nested: { list: ['3 of 4', 1] } },
      uri: join(folder, 'a.txt'),
    },
  });
});

it('takes the artifact that a task had at an address, although its folder is gone', async () => {
  const earlier = { name: 'data', digest: digestOf('data'), bytes: 4, type: 'system.Dataset', metadata: {} };
  const uri = attemptFolder('/runs/run-1', 'loop/0/tell', 2);
  const known = async (path: string) => {
    const place = placeOfArtifact('/runs', path);
    expect(place).toEqual({ run: 'run-1', task: 'loop/0/tell', port: 'inputs', name: 'data', index: 0 });
    return earlier;
  };
  const inputs = { parameters: { uri: join(uri, 'inputs', 'data') }, artifacts: {} };
  const importer = { artifactUri: { runtimeParameter: 'uri' }, typeSchema };
  expect(await importArtifact({ ...here(), known }, { component, inputs }, importer)).toMatchObject({
    ...{ name: 'artifact', digest: earlier.digest, bytes: 4 },
  });
  expect(placeOfArtifact('/runs', '/elsewhere/run-1/tasks/tell~1/inputs/data')).toBeUndefined();
});

it('names the address that it cannot read', async () => {
  const inputs = { parameters: {}, artifacts: {} };
  const importer = { artifactUri: { constant: 'gs://bucket/data' }, typeSchema };
  await expect(importArtifact(here(), { component, inputs }, importer)).rejects.toMatchObject({
    code: 'import_unsupported',
    message: expect.stringContaining('gs://bucket/data'),
  });
  const gone = { artifactUri: { constant: join(folder, 'gone') }, typeSchema };
  await expect(importArtifact(here(), { component, inputs }, gone)).rejects.toThrow('gone');
});

describe('an address outside of this machine', () => {
  const inputs = { parameters: {}, artifacts: {} };
  const imported = (constant: string, more = {}) =>
    importArtifact({ ...here(), ...more }, { component, inputs }, { artifactUri: { constant }, typeSchema });

  it('in a bucket is read where there is a client of buckets, a file or a folder', async () => {
    const files: Record<string, ArtifactFile[]> = {
      's3://data/a': [{ path: '', content: Readable.from([Buffer.from('a')]) }],
      's3://data/folder': [{ path: 'b', content: Readable.from([Buffer.from('b')]) }],
    };
    const buckets = {
      async *read(uri: string) {
        yield* files[uri] ?? [];
      },
    };
    expect(await imported('s3://data/a', { buckets })).toMatchObject({ digest: digestOf('a'), bytes: 1 });
    const folder = { mediaType: 'application/vnd.visavox.folder+json', uri: 's3://data/folder' };
    expect(await imported('s3://data/folder', { buckets })).toMatchObject({ bytes: 1, metadata: folder });
    await expect(imported('s3://data/gone', { buckets })).rejects.toMatchObject({ code: 'import_failed' });
    await expect(imported('s3://data/a')).rejects.toMatchObject({ code: 'import_unsupported' });
  });

  it('in the web is read where it says what is there', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/a' ? 200 : 404;
      response.end('a');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const address = (path: string, content: string) =>
      `http://127.0.0.1:${port}/${path}#sha256=${hexOf(digestOf(content))}`;
    try {
      expect(await imported(address('a', 'a'))).toMatchObject({ digest: digestOf('a'), bytes: 1 });
      await expect(imported(address('a', 'b'))).rejects.toThrow('what is there now has the digest');
      await expect(imported(address('gone', 'a'))).rejects.toThrow('the server answers 404');
      await expect(imported(`http://127.0.0.1:${port}/a`)).rejects.toMatchObject({
        action: expect.stringContaining('#sha256='),
      });
    } finally {
      server.close();
    }
  });
});
