import { Network } from '@visavox/serving/onnx-network';
import type { PersonEmbeddings } from '../comparison.ts';
import { decodeFeatureTable, type FeatureTable, type Split } from '../feature-table.ts';

/** Applies a head (`features` [n, d] -> unit `embedding` [n, d]) to the people of some splits. */
export async function embeddingsByPerson(
  featureFile: Uint8Array,
  headFile: Uint8Array,
  splits: readonly Split[],
): Promise<ReadonlyMap<string, readonly Float32Array[]>> {
  const table = decodeFeatureTable(featureFile);
  const embeddings = await applyHead(table, headFile);
  const people = new Map<string, Float32Array[]>();
  table.items.forEach((item, row) => {
    if (!splits.includes(item.split)) return;
    const own = people.get(item.person) ?? [];
    own.push(embeddings.subarray(row * table.dimension, (row + 1) * table.dimension));
    people.set(item.person, own);
  });
  return people;
}

/** People who have both modalities, in the order of their ids. */
export function bothModalities(
  face: ReadonlyMap<string, readonly Float32Array[]>,
  voice: ReadonlyMap<string, readonly Float32Array[]>,
): PersonEmbeddings[] {
  return [...face.keys()].sort().flatMap((person) => {
    const [faces, voices] = [face.get(person), voice.get(person)];
    return faces && voices ? [{ face: faces, voice: voices }] : [];
  });
}

async function applyHead(table: FeatureTable, headFile: Uint8Array): Promise<Float32Array> {
  if (table.items.length === 0) return new Float32Array();
  const head = await Network.load(new Map([['head', headFile]]), 'head');
  try {
    return await head.map(table.features, [table.items.length, table.dimension]);
  } finally {
    await head.release();
  }
}
