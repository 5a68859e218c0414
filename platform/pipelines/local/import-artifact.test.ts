import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MemoryObjectStore } from '../testing.ts';
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
