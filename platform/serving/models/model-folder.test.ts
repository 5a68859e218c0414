import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, digestOf } from '@visavox/core/digest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleOf, type TestBundle, testBundle } from '../testing/bundle-folder.ts';
import { onnxFile, sumGraph } from '../testing/onnx-file.ts';
import { readBundle, readPlainFolder, verifyBundle } from './model-folder.ts';

let bundle: TestBundle;
beforeEach(async () => {
  bundle = await testBundle();
});
afterEach(() => bundle.remove());

async function read(expected?: Digest) {
  const { manifest, folder } = await readBundle(bundle.folder, { expected });
  await verifyBundle(bundle.folder, manifest);
  return folder;
}

describe('a bundle from a folder', () => {
  test('its .onnx files are models by their stems, wherever they lie', async () => {
    const folder = await read();
    expect(folder.bundle).toBe(bundle.digest);
    expect(folder.models.map(({ name }) => name)).toEqual(['echo', 'sum', 'slow']);
  });

  test('of its models only those that are wanted', async () => {
    const only = async (...names: string[]) =>
      (await readBundle(bundle.folder, { only: names })).folder.models.map(({ name }) => name);
    expect(await only('slow', 'echo')).toEqual(['echo', 'slow']);
    await expect(only('echo', 'circle')).rejects.toThrow(
      'the bundle has no model "circle"; there are: echo, sum, slow',
    );
  });

  test('another bundle than the one that is wanted is refused', async () => {
    const other = digestOf('another bundle');
    await expect(read(other)).rejects.toThrow(`the bundle in ${bundle.folder} is ${bundle.digest}, ${other}`);
  });

  test('one byte more in any file, or a file that is missing, and nothing is served', async () => {
    await appendFile(join(bundle.folder, 'licence.txt'), '!');
    await expect(read()).rejects.toThrow(/^licence.txt has 20 bytes and digest sha256:/);
    await rm(join(bundle.folder, 'licence.txt'));
    await expect(read()).rejects.toThrow(/^licence.txt of the bundle cannot be read: ENOENT/);
  });

  test('a manifest that names a file outside of the folder is refused', async () => {
    const path = join(bundle.folder, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.files[0].path = 'networks/../../sum.onnx';
    await writeFile(path, JSON.stringify(manifest));
    await expect(read()).rejects.toThrow('names a file outside of the folder');
  });

  test('two files that would be one model are refused', async () => {
    const sum = onnxFile(sumGraph);
    const { manifest } = bundleOf({ 'a/sum.onnx': sum, 'b/sum.onnx': sum });
    await writeFile(join(bundle.folder, 'manifest.json'), JSON.stringify(manifest));
    await expect(read()).rejects.toThrow('would both be the model "sum"');
  });

  test('what is no manifest, and no manifest at all', async () => {
    await writeFile(join(bundle.folder, 'manifest.json'), '{"format":2}');
    await expect(read()).rejects.toThrow('is not the manifest of a bundle');
    await rm(join(bundle.folder, 'manifest.json'));
    await expect(read()).rejects.toMatchObject({
      code: 'bundle_refused',
      action: expect.stringContaining('--plain'),
    });
  });
});

test('a folder without manifest is read only where that is asked for, and needs a model', async () => {
  expect(await readPlainFolder(bundle.folder)).toMatchObject({
    bundle: null,
    models: [{ name: 'echo' }, { name: 'sum' }],
  });
  const empty = await mkdtemp(join(tmpdir(), 'visavox-empty-'));
  await expect(readPlainFolder(empty)).rejects.toThrow('there is no .onnx file');
  await rm(empty, { recursive: true });
});
