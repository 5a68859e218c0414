import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectStoreEnvironment, openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { putBundle } from '@visavox/core/bundle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, publishedBundle, recogniserBundle } from '../bundle.ts';
import { runComponent } from '../evaluation/run-component.ts';
import { encodeFeatureTable, tableOf } from '../feature-table.ts';
import { gather } from '../pipeline.ts';
import { networksFolder } from '../setup-folder.ts';
import { Calibration } from '../signals/calibration.ts';

let folder: string;
let published: Bundle;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visavox-gather-'));
  published = await publishedBundle(networksFolder());
});
afterAll(() => rm(folder, { recursive: true }));

/** What training starts from under a bundle. */
async function gathered(bundle: Bundle) {
  const at = (name: string) => join(folder, name);
  const store = { url: pathToFileURL(at('objects')).href, key: { file: at('key') } };
  const champion = await putBundle(await openOrCreateObjectStore(store), bundle);
  for (const [modality, dimension] of [
    ['face', 256],
    ['voice', 448],
  ] as const)
    await writeFile(at(`${modality}-shard`), encodeFeatureTable(tableOf([], dimension)));
  const names = ['face', 'voice'].flatMap((modality) =>
    ['features', 'head', 'weights'].map((what) => `${modality}_${what}`),
  );
  await runComponent(gather, {
    inputs: { champion, face: at('face-shard'), voice: at('voice-shard') },
    outputs: Object.fromEntries(names.map((name) => [name, at(name)])),
    environment: objectStoreEnvironment(store, {}),
    onLine: () => {},
  });
  return { head: await readFile(at('face_head')), weights: await readFile(at('face_weights')) };
}

test('training starts from the weights that lie beside the head that is served', async () => {
  const weights = Buffer.from('the weights of faces');
  const trained = await recogniserBundle(published.files, {
    calibration: Calibration.parse(
      JSON.parse(Buffer.from(published.files.get('calibration.json') ?? '').toString('utf8')),
    ),
    parent: null,
    backbones: published.manifest.properties.backbones,
    headWeights: { face: weights, voice: Buffer.from('of voices') },
  });
  expect(trained.manifest.files.map(({ path }) => path)).toEqual([
    ...published.manifest.files.map(({ path }) => path),
    'face-head.safetensors',
    'voice-head.safetensors',
  ]);
  const { head, weights: given } = await gathered(trained);
  expect(given.equals(weights)).toBe(true);
  expect(head.equals(published.files.get('face-head.onnx') ?? Buffer.of())).toBe(true);
});

test('of a bundle that has none beside it, they are read from the head itself', async () => {
  const { head, weights } = await gathered(published);
  expect(weights.equals(head)).toBe(true);
});
