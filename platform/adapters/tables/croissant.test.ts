import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { croissant } from '@visavox/core/croissant';
import { type DatasetItem, datasetVersion, labelsText } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { profileOfItems } from '@visavox/core/item-profile';
import { putBlob } from '@visavox/core/object-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peerPython } from '../../../scripts/peer-environment.mjs';
import { FolderObjectStore } from '../objects/folder-object-store.ts';
import { TableProfiler } from './table-profiler.ts';

/** With mlcroissant; `node scripts/peer-environment.mjs croissant` makes it. */
const python = peerPython('croissant');

const files = {
  'north.csv': 'id,width,species,day,wild\n1,0.5,owl,2026-01-01,true\n2,,wren,2026-01-02,false\n',
  'south.csv': 'id,width,species,day,wild,note\n3,1.5,owl,2026-01-03,true,late\n',
  'photos/owl.jpg': 'light',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-croissant-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function subject(about: { license?: string; creator?: string }, consent = 'not stated') {
  const objects = await FolderObjectStore.open(await mkdtemp(join(tmpdir(), 'visavox-objects-')));
  const items = await Promise.all(
    Object.entries(files).map(
      async ([key, text]): Promise<DatasetItem> => ({
        ...{
          key,
          digest: await putBlob(objects, Buffer.from(text)),
          bytes: text.length,
          labels: { site: key.slice(0, 5) },
        },
        mediaType: key.endsWith('.csv') ? 'text/csv' : 'image/jpeg',
        provenance: { consent },
      }),
    ),
  );
  const { digest, manifest } = datasetVersion('birds', items);
  const profiler = new TableProfiler({ objects });
  const profile = { ...profileOfItems(items), tables: await profiler.profile(items) };
  await profiler.close();
  return {
    ...{ digest, manifest, profile, about },
    ...{ createdAt: '2026-05-01T12:00:00.000Z', url: 'https://example.org/datasets/birds' },
  };
}

describe('the metadata of a version as Croissant', { timeout: 120_000 }, () => {
  it('names each file with its digest, and the columns that each table has', async () => {
    const metadata = croissant(await subject({ creator: 'The station' }, 'CC-BY-4.0'));
    expect(metadata).toMatchObject({
      ...{ name: 'birds', license: 'CC-BY-4.0', datePublished: '2026-05-01' },
      description: 'The dataset birds: 3 files, 3 rows of 6 columns in its tables.',
      distribution: [
        { '@id': 'north.csv', sha256: digestOf(files['north.csv']).slice(7) },
        { '@id': 'photos/owl.jpg' },
        { '@id': 'south.csv' },
        { '@id': 'metadata.csv' },
      ],
    });
    const fields = (id: string) =>
      (metadata.recordSet as { '@id': string; field: { source: { extract: { column: string } } }[] }[])
        .find((one) => one['@id'] === id)
        ?.field.map(({ source }) => source.extract.column);
    expect(fields('records/north.csv')).toEqual(['id', 'width', 'species', 'day', 'wild']);
    expect(fields('records/south.csv')).toEqual(['id', 'width', 'species', 'day', 'wild', 'note']);
    expect(fields('labels')).toEqual(['file_name', 'site']);
  });

  it('is refused where nobody has said under which licence it is, and whose', async () => {
    const nobody = await subject({});
    expect(() => croissant(nobody)).toThrow('what its license and its creator are');
    expect(() => croissant({ ...nobody, about: { license: 'MIT', creator: 'me' } })).not.toThrow();
  });

  it.skipIf(!python)('is valid for mlcroissant, which reads the records by it', async () => {
    const described = await subject({ creator: 'The station', license: 'CC-BY-4.0' });
    for (const [name, text] of Object.entries(files).filter(([key]) => key.endsWith('.csv')))
      await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'metadata.csv'), labelsText(described.manifest.items) ?? '');
    await writeFile(join(folder, 'croissant.json'), JSON.stringify(croissant(described)));
    const program = `
import json, sys, mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
issues = dataset.metadata.ctx.issues
rows = [{name.rpartition("/")[2]: str(value) for name, value in row.items()} for row in dataset.records("records/south.csv")]
print(json.dumps({"errors": sorted(issues.errors), "warnings": sorted(issues.warnings), "rows": rows}))`;
    const { stdout, stderr } = await promisify(execFile)(python ?? '', [
      '-c',
      program,
      join(folder, 'croissant.json'),
    ]);
    expect(stderr).not.toContain('WARNING');
    expect(JSON.parse(stdout)).toEqual({
      ...{ errors: [], warnings: [] },
      rows: [
        expect.objectContaining({
          id: '3',
          width: '1.5',
          wild: 'True',
          note: expect.stringContaining('late'),
        }),
      ],
    });
  });
});
