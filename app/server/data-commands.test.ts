import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { datasetVersion } from '@visavox/core/dataset';
import { digestOf } from '@visavox/core/digest';
import { blobKey } from '@visavox/core/object-store';
import type { PipelineEngine, RunRequest } from '@visavox/core/ports';
import { compile } from '@visavox/pipelines/compile';
import { component, pipeline } from '@visavox/pipelines/definition';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandLine, commandLine } from './testing/command-line.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
/** What the engine was asked to run. */
const requests: RunRequest[] = [];
let line: CommandLine;
let root: string;
beforeAll(async () => {
  const submitted = async (request: RunRequest) => {
    requests.push(request);
    return request.id;
  };
  server = await startTestServer({ engine: { submit: submitted } as PipelineEngine });
  line = await commandLine(server);
  root = await mkdtemp(join(tmpdir(), 'visavox-data-'));
});
afterAll(async () => {
  line.close();
  await server.close();
  await rm(root, { recursive: true });
});

/** A folder with these files. */
async function folder(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const path = join(root, name);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), text);
  }
  return path;
}

async function json(...words: string[]) {
  const { code, stdout, stderr } = await line.visavox('data', ...words, '--json');
  return { code, stderr, ...JSON.parse(stdout) };
}

const operator = { authorization: 'Bearer the-token-of-the-operator-in-these-tests' };

const flowers = {
  'iris/1.jpg': 'blue',
  'iris/2.jpg': 'violet',
  'rose/1.jpg': 'red',
  'metadata.csv': 'file_name,camera\nrose/1.jpg,"old, borrowed"\n',
  '.DS_Store': 'hidden',
};

describe('a folder', () => {
  test('becomes a dataset version, is sent once, and comes out again as it was', async () => {
    const from = await folder('flowers', flowers);
    const first = await json('import', from, '--name', 'flowers', '--label', 'season=spring');
    expect(first).toMatchObject({ code: 0, name: 'flowers', items: 3, sent: 3 });
    const again = await json('import', from, '--name', 'flowers', '--label', 'season=spring');
    expect(again).toMatchObject({ digest: first.digest, sent: 0 });

    const shown = await line.visavox('data', 'show', 'flowers');
    expect(shown.stdout).toMatch(
      /rose\/1\.jpg +image\/jpeg +3 +camera=old, borrowed folder=rose season=spring/,
    );

    const to = join(root, 'out');
    expect(await json('export', first.digest.slice(0, 20), to)).toMatchObject({ items: 3, missing: [] });
    expect(await readFile(join(to, 'iris', '2.jpg'), 'utf8')).toBe('violet');
    expect(await readdir(to)).toEqual(['iris', 'metadata.csv', 'rose']);
    await writeFile(join(to, 'iris', '2.jpg'), 'changed by somebody');
    await line.visavox('data', 'export', 'flowers', to);
    expect(await readFile(join(to, 'iris', '2.jpg'), 'utf8')).toBe('violet');

    const back = await json('import', to, '--name', 'flowers');
    expect(back).toMatchObject({ digest: first.digest, sent: 0 });
    expect(first.leftOut).toEqual([{ key: '.DS_Store', why: 'hidden' }]);
    const told = await line.visavox('data', 'import', from, '--name', 'flowers');
    expect(told.stderr).toContain('left out: .DS_Store (hidden)');
  }, 60_000);

  test('is compared with what it was', async () => {
    const from = await folder('birds', { 'a.txt': 'tern', 'b.txt': 'gull', 'c.txt': 'auk' });
    const { digest } = await json('import', from, '--name', 'birds');
    await rm(join(from, 'b.txt'));
    await folder('birds', { 'a.txt': 'sandwich tern', 'd.txt': 'rook' });
    await json('import', from, '--name', 'birds');
    const { code, stdout } = await line.visavox('data', 'diff', digest, 'birds');
    expect(code).toBe(0);
    expect(stdout).toBe('1 added, 1 removed, 1 changed\n+ d.txt\n- b.txt\n~ a.txt: content, 4 -> 13 bytes\n');
  }, 60_000);
});

describe('tables', () => {
  const flowers = (widths: readonly (number | string)[]) =>
    `width,species\n${widths.map((width, index) => `${width},${index % 3 === 0 ? 'rose' : 'iris'}\n`).join('')}`;

  test('are profiled: columns, types, what is missing, and how the values are spread', async () => {
    const from = await folder('garden', {
      'beds.csv': flowers([1, 2, 2, 3, '', 4]),
      'wall.csv': 'width,species\n1,2,3\n',
      'bed.jpg': 'green',
    });
    const { digest } = await json('import', from, '--name', 'garden', '--label', 'season=spring');
    const { code, stdout } = await line.visavox('data', 'profile', 'garden');
    expect(code).toBe(0);
    expect(stdout).toContain('6 rows in 1 table\n');
    expect(stdout).toMatch(/^width +BIGINT +1 +4 +2\.4 ± 1\.14, 1 to 4 +▁█▁▁$/m);
    expect(stdout).toMatch(/^species +VARCHAR +0 +2 +iris 4, rose 2$/m);
    expect(stdout).toContain('not read: wall.csv, line 2 (Expected Number of Columns: 2 Found: 3)\n');
    expect(stdout).toMatch(/^season +0 +1 +spring 3$/m);
    expect(stdout).toMatch(/^image\/jpeg +1 +5$/m);
    expect(await json('profile', 'garden')).toMatchObject({
      digest,
      tables: { rows: 6, notTables: { count: 1 }, columns: [{ name: 'width' }, { name: 'species' }] },
    });
  }, 60_000);

  test('are compared with what they were', async () => {
    const from = await folder('meadow', { 'a.csv': flowers([1, 2, 3, 4]) });
    const first = await json('import', from, '--name', 'meadow');
    await folder('meadow', {
      'a.csv': flowers([11, 12, 13, '', ''])
        .trimEnd()
        .replaceAll(/^(.*)$/gm, '$1,x'),
    });
    await json('import', from, '--name', 'meadow');
    const difference = await json('diff', first.digest, 'meadow');
    expect(difference).toMatchObject({
      changed: [{ key: 'a.csv' }],
      profile: {
        rows: { before: 4 },
        added: [{ name: 'x', type: 'VARCHAR' }],
        columns: [{ name: 'width', mean: { before: 2.5, after: 12 } }, { name: 'species' }],
      },
    });
    const { stdout } = await line.visavox('data', 'diff', first.digest, 'meadow');
    expect(stdout).toMatch(/^\+ column x VARCHAR$/m);
    expect(stdout).toMatch(
      /^width +0 % -> \d+ % +2\.5 -> 12 +1\.75, 2\.5, 3\.25 -> 11\.5, 12, 12\.5 +\d+\.\d{3}$/m,
    );
  }, 60_000);
});

describe('what is kept', () => {
  test('is read and compared with its digests', async () => {
    const from = await folder('tools', { 'saw.txt': 'saw', 'axe.txt': 'axe', 'awl.txt': 'awl' });
    await json('import', from, '--name', 'tools');
    expect((await line.visavox('data', 'verify', 'tools')).stdout).toBe('3 of 3 items are whole\n');

    const { objects } = server.services;
    await objects.delete(blobKey(digestOf('saw')));
    await objects.put(blobKey(digestOf('axe')), Buffer.from('blunt'));
    const { code, stdout } = await line.visavox('data', 'verify', 'tools');
    expect(code).toBe(1);
    expect(stdout).toBe('missing    saw.txt\ncorrupted  axe.txt\n1 of 3 items are whole\n');

    const lost = await json('export', 'tools', join(root, 'lost'));
    expect(lost.code).toBe(1);
    // What is damaged is sent again like what is missing, and heals.
    expect(await json('import', from, '--name', 'tools')).toMatchObject({ sent: 2 });
    expect((await line.visavox('data', 'verify', 'tools')).stdout).toBe('3 of 3 items are whole\n');
  }, 60_000);

  test('is named where it turns out to be damaged, and healed by importing it again', async () => {
    const from = await folder('knives', { 'drawer/bread.txt': 'knife', 'fork.txt': 'fork' });
    await json('import', from, '--name', 'knives');
    await server.services.objects.put(blobKey(digestOf('knife')), Buffer.from('spoon'));
    const to = join(root, 'knives-out');
    const { code, error } = await json('export', 'knives', to);
    expect(code).toBe(1);
    expect(error).toMatchObject({
      code: 'item_damaged',
      message: expect.stringContaining('drawer/bread.txt of the dataset knives'),
      action: expect.stringContaining('Import the file again'),
    });
    expect(await json('import', from, '--name', 'knives')).toMatchObject({ sent: 1 });
    expect(await json('export', 'knives', to)).toMatchObject({ code: 0, items: 2 });
  }, 60_000);
});

describe('a large file', () => {
  const large = Buffer.alloc(20_000_000);
  for (let index = 0; index < large.length; index += 1000) large.writeUInt32LE(index, index);

  test('goes in parts, of which those that came before are not sent again, and comes back', async () => {
    const from = await folder('large', { 'small.txt': 'small' });
    await writeFile(join(from, 'large.bin'), large);
    const digest = digestOf(large);
    const put = server.app.request(`/api/v1/blobs/${digest}/parts/1`, {
      method: 'PUT',
      body: large.subarray(8 << 20, 16 << 20),
      headers: { ...operator, 'content-type': 'application/octet-stream' },
    });
    expect((await put).status).toBe(204);
    expect(await json('import', from, '--name', 'large')).toMatchObject({ items: 2, sent: 2 });
    expect((await line.visavox('data', 'verify', 'large')).stdout).toBe('2 of 2 items are whole\n');
    for await (const key of server.services.objects.list('uploads/')) expect.unreachable(`${key} is left`);
    const to = join(root, 'large-out');
    await json('export', 'large', to);
    expect(digestOf(await readFile(join(to, 'large.bin')))).toBe(digest);
  }, 90_000);

  test('that is damaged far from its beginning is named, and nothing of it is written', async () => {
    const { objects } = server.services;
    const blob = digestOf(large);
    await objects.put(
      blobKey(blob),
      Buffer.concat([large.subarray(0, 19_000_000), Buffer.alloc(1_000_000, 1)]),
    );
    const to = join(root, 'large-damaged');
    const { code, error } = await json('export', 'large', to);
    expect(code).toBe(1);
    expect(error).toMatchObject({ code: 'item_damaged', message: expect.stringContaining('large.bin') });
    expect((await readdir(to)).filter((file) => file !== 'small.txt')).toEqual([]);
  }, 60_000);
});

describe('a pipeline that takes a dataset version', () => {
  const look = component({
    name: 'look',
    inputs: { images: 'dataset-version' },
    command: ({ inputs }) => ['ls', inputs.images.path],
  });
  const train = pipeline({ name: 'train', parameters: { images: 'dataset-version' } }, (p) => {
    p.task(look, { images: p.parameters.images });
  });
  const run = (images: string) =>
    server.app.request('/api/v1/runs', {
      method: 'POST',
      body: JSON.stringify({ pipelineSpec: compile(train), parameters: { images } }),
      headers: { ...operator, 'content-type': 'application/json' },
    });

  test('is pinned to the one that its name means when it is submitted', async () => {
    const items = (text: string) => [
      { key: 'a', digest: digestOf(text), bytes: 3, mediaType: 'text/plain', labels: {}, provenance: {} },
    ];
    const { datasets } = server.services;
    const [older, newer] = ['old', 'new'].map((text) => datasetVersion('night-birds', items(text)));
    for (const version of [older, newer]) if (version) await datasets.save(version);
    expect((await run('night-birds')).status).toBe(202);
    expect(requests.at(-1)).toMatchObject({
      parameters: { images: newer?.digest },
      datasets: [newer?.digest],
    });
    expect((await run(`night-birds@${older?.digest}`)).status).toBe(202);
    expect(requests.at(-1)).toMatchObject({
      parameters: { images: older?.digest },
      datasets: [older?.digest],
    });
  });

  test('is refused with the names that there are where there is none of that name', async () => {
    const before = requests.length;
    const refused = await run('night-brids');
    expect(await refused.json()).toMatchObject({
      ...{ status: 400, code: 'unknown_dataset' },
      detail: expect.stringMatching(/parameter images: there is no dataset night-brids; there .*night-birds/),
    });
    expect(requests.length).toBe(before);
  });
});

describe('what cannot be', () => {
  test.each([
    [['import', 'nowhere', '--name', 'x'], /nowhere cannot be read/],
    [['show', 'nothing'], /there is no dataset nothing; there are .*tools/],
    [['show', 'tools@sha256:000000'], /the dataset tools has no version 000000; it has /],
  ])('%j is refused with what to do', async (words, message) => {
    const { code, stderr } = await line.visavox('data', ...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test('a label of a file that is not there, or a dataset without a name that can be one', async () => {
    const from = await folder('odd', { 'a.txt': 'a', 'metadata.csv': 'file_name,kind\nb.txt,letter\n' });
    expect((await line.visavox('data', 'import', from, '--name', 'odd')).stderr).toContain(
      'row 1: there is no file "b.txt"',
    );
    await rm(join(from, 'metadata.csv'));
    const named = await line.visavox('data', 'import', from, '--name', 'Odd Things');
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining('small letters') });
    const label = await line.visavox('data', 'import', from, '--name', 'odd', '--label', 'file_name=y');
    expect(label).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be called file_name') });
    expect((await line.visavox('data', 'list')).stdout).not.toContain('odd');
  }, 30_000);

  test('bytes under another digest, and items that were not sent', async () => {
    const ask = (method: string, path: string, body: BodyInit, type: string) =>
      server.app.request(path, {
        method,
        body,
        headers: { ...operator, 'content-type': type },
      });
    const wrong = await ask('PUT', `/api/v1/blobs/${digestOf('one')}`, 'another', 'application/octet-stream');
    expect(await wrong.json()).toMatchObject({ status: 400, code: 'digest_mismatch' });
    const item = { key: 'a', digest: digestOf('never sent'), bytes: 10, mediaType: 'text/plain' };
    const items = [{ ...item, labels: {}, provenance: {} }];
    const early = await ask(
      'POST',
      '/api/v1/datasets',
      JSON.stringify({ name: 'early', items }),
      'application/json',
    );
    expect(await early.json()).toMatchObject({ status: 409, code: 'blobs_missing' });
  });
});
