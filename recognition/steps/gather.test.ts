import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectStoreEnvironment, openOrCreateObjectStore } from '@visavox/adapters/objects/open-object-store';
import { putBundle } from '@visavox/core/bundle';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bundle, publishedBundle, recogniserBundle, VOICE_ADAPTER } from '../bundle.ts';
import { gather, gatherOther } from '../components.ts';
import { runComponent } from '../evaluation/run-component.ts';
import { decodeFeatureTable, encodeFeatureTable, type FeatureRow, tableOf } from '../feature-table.ts';
import { isHeard, splitOf } from '../people-split.ts';
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

test('after fine-tuning, faces are taken from before, voices are new, and it is said whom the network heard', async () => {
  const at = (name: string) => join(folder, name);
  const store = { url: pathToFileURL(at('objects')).href, key: { file: at('key') } };
  const objects = await openOrCreateObjectStore(store);
  const networks = new Map(published.files)
    .set('voice-backbone.onnx', Buffer.from('a fine-tuned network'))
    .set(VOICE_ADAPTER, Buffer.from('what it learned'));
  const fineTuned = await recogniserBundle(networks, {
    calibration: Calibration.parse(
      JSON.parse(Buffer.from(published.files.get('calibration.json') ?? '').toString('utf8')),
    ),
    parent: null,
    backbones: published.manifest.properties.backbones,
  });
  const people = Array.from({ length: 40 }, (_, index) => `person-${index}`);
  const [heard = '', apart = ''] = [
    people.find(isHeard),
    people.find((one) => splitOf(one) !== 'evaluation' && !isHeard(one)),
  ];
  const table = (dimension: number, value: number) =>
    encodeFeatureTable(
      tableOf(
        [heard, apart].map((person): [FeatureRow, Float32Array] => [
          { key: person, person, sample: person, split: splitOf(person), condition: 'clear' },
          new Float32Array(dimension).fill(value),
        ]),
        dimension,
      ),
    );
  await writeFile(at('known-face'), table(256, 1));
  await writeFile(at('known-voice'), table(448, 1));
  await writeFile(at('new-face'), encodeFeatureTable(tableOf([], 256)));
  await writeFile(at('new-voice'), table(448, 2));
  const outputs = ['face', 'voice'].flatMap((modality) =>
    ['features', 'head', 'weights'].map((what) => `${modality}_${what}`),
  );
  await runComponent(gatherOther, {
    inputs: {
      champion: await putBundle(objects, fineTuned),
      known: await putBundle(objects, published),
      ...{ face: at('new-face'), voice: at('new-voice') },
      ...{ known_face: at('known-face'), known_voice: at('known-voice') },
    },
    outputs: Object.fromEntries(outputs.map((name) => [name, at(name)])),
    environment: objectStoreEnvironment(store, {}),
    onLine: () => {},
  });
  const face = decodeFeatureTable(await readFile(at('face_features')));
  const voice = decodeFeatureTable(await readFile(at('voice_features')));
  expect([face.features[0], voice.features[0]]).toEqual([1, 2]);
  for (const { items } of [face, voice])
    expect(Object.fromEntries(items.map((item) => [item.person, item.heard]))).toEqual({
      [heard]: true,
      [apart]: undefined,
    });
});
