import { Network } from '@visavox/serving/onnx-network';
import type { PersonEmbeddings } from '../comparison.ts';
import { decodeFeatureTable, type FeatureRow, type FeatureTable } from '../feature-table.ts';

export type Person = PersonEmbeddings & { readonly person: string };

/** A recording's embedding, and under what it was recorded. */
export interface Embedded {
  readonly row: FeatureRow;
  readonly vector: Float32Array;
}

/** Applies a head (`features` [n, d] -> unit `embedding` [n, d]) to recordings; copies are learned from only. */
export async function embeddings(featureFile: Uint8Array, headFile: Uint8Array): Promise<Embedded[]> {
  const table = decodeFeatureTable(featureFile);
  return withoutCopies({ ...table, features: await applyHead(table, headFile) });
}

/** What training embedded by heads that had not learned from the person. */
export function crossFitted(file: Uint8Array): Embedded[] {
  return withoutCopies(decodeFeatureTable(file));
}

export function byPerson(rows: readonly Embedded[]): ReadonlyMap<string, readonly Embedded[]> {
  const people = new Map<string, Embedded[]>();
  for (const one of rows) {
    const own = people.get(one.row.person) ?? [];
    own.push(one);
    people.set(one.row.person, own);
  }
  return people;
}

/** People who have both modalities, in the order of their ids. Only those of one group may be compared. */
export function bothModalities(faces: readonly Embedded[], voices: readonly Embedded[]): Person[] {
  const [face, voice] = [byPerson(faces), byPerson(voices)];
  return [...face.keys()].sort().flatMap((person) => {
    const [own, said] = [face.get(person), voice.get(person)];
    if (!own || !said) return [];
    return [
      {
        person,
        group: `${foldOf(own)}/${foldOf(said)}`,
        face: own.map((one) => one.vector),
        voice: said.map((one) => one.vector),
        conditions: {
          face: own.map((one) => one.row.condition),
          voice: said.map((one) => one.row.condition),
        },
      },
    ];
  });
}

const foldOf = ([first]: readonly Embedded[]) => first?.row.fold ?? 'unseen';

function withoutCopies(table: FeatureTable): Embedded[] {
  return table.items.flatMap((row, index) =>
    row.copy
      ? []
      : [{ row, vector: table.features.subarray(index * table.dimension, (index + 1) * table.dimension) }],
  );
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
