import { Network } from '@visavox/serving/onnx-network';
import type { Modality } from '../bundle-parts.ts';
import { triedWorse } from '../capture-conditions.ts';
import type { PersonEmbeddings } from '../comparison.ts';
import { decodeFeatureTable, type FeatureRow, type FeatureTable, featuresOf } from '../feature-table.ts';
import type { Calibration } from '../signals/calibration.ts';
import type { EmbeddedRecording } from '../signals/sides.ts';

export type Person = PersonEmbeddings & {
  readonly person: string;
  readonly identity: string;
  readonly heard: boolean;
};

/** A recording's embedding, and under what it was recorded. */
export interface Embedded extends EmbeddedRecording {
  readonly row: FeatureRow;
  /** What it brings into a template: itself, and where the model makes templates so, a copy of it. */
  readonly enrolled: Float32Array;
  readonly seconds: number | null;
}

/** How a model makes templates, and what it compares with them. */
export interface Templates {
  readonly modality: Modality;
  /** Whether they are made of copies too; else copies are learned from only. */
  readonly copies: boolean;
  /** Whether what came in clear is compared with the recordings alone. */
  readonly apart: boolean;
}

/** As a calibration has it. */
export function templatesUnder(modality: Modality, calibration: Calibration): Templates {
  const { copies = false, apart = false } = calibration[modality];
  return { modality, copies, apart };
}

/** Applies a head (`features` [n, d] -> unit `embedding` [n, d]) to recordings. */
export async function embeddings(
  featureFile: Uint8Array,
  headFile: Uint8Array,
  templates: Templates,
): Promise<Embedded[]> {
  const table = decodeFeatureTable(featureFile);
  return recordingsOf({ ...table, features: await applyHead(table, headFile) }, templates);
}

/** What training embedded by heads that had not learned from the person, with copies only where templates have them. */
export function crossFitted(file: Uint8Array, modality: Modality): Embedded[] {
  return recordingsOf(decodeFeatureTable(file), { modality, copies: true, apart: comparesApart(modality) });
}

/** Of a model that is being trained: copies where training found that they should be in templates. */
export function trainedTemplates(modality: Modality, crossFit: Uint8Array): Templates {
  const copies = decodeFeatureTable(crossFit).items.some(({ enrols }) => enrols === true);
  return { modality, copies, apart: comparesApart(modality) };
}

/** As the costs of heads have it (`apart` in `visavox_training/train_head.py`). */
const comparesApart = (modality: Modality) => modality === 'voice';

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
        identity: own[0]?.row.identity ?? person,
        heard: said.some(({ row }) => row.heard),
        group: `${foldOf(own)}/${foldOf(said)}`,
        face: own.map(recorded),
        voice: said.map(recorded),
      },
    ];
  });
}

const recorded = ({ row, ...one }: Embedded) => ({ ...one, condition: row.condition });

const foldOf = ([first]: readonly Embedded[]) => first?.row.fold ?? 'unseen';

function recordingsOf(table: FeatureTable, { modality, copies, apart }: Templates): Embedded[] {
  const copyOf = new Map<string, Float32Array>();
  if (copies)
    for (const [index, row] of table.items.entries())
      if (row.enrols) copyOf.set(row.sample, featuresOf(table, index));
  return table.items.flatMap((row, index) => {
    if (row.copy) return [];
    const vector = featuresOf(table, index);
    const copy = copyOf.get(row.sample);
    const enrolled = copy ? vector.map((value, at) => value + (copy[at] ?? 0)) : vector;
    const takenWorse = apart ? triedWorse(modality, row.condition) : undefined;
    return [{ row, vector, enrolled, takenWorse, seconds: row.seconds ?? null }];
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
