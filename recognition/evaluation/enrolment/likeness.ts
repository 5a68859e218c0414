import type { Recogniser } from '../../recogniser.ts';
import { dot, normalise } from '../../signals/vectors.ts';
import type { FacesOfPerson } from './faces.ts';

/** How alike templates of three pictures are, and the angle between them seen from the middle of all, in parts of half a circle. */
export interface Likeness {
  readonly people: number;
  /** Quantiles, by their share. */
  readonly own: { readonly cosine: Quantiles; readonly angle: Quantiles };
  readonly strangers: { readonly cosine: Quantiles; readonly angle: Quantiles };
}

type Quantiles = Readonly<Record<string, number>>;

const SHARES = [0.0001, 0.001, 0.01, 0.5, 0.99] as const;

/** What a search among enrolled faces has to expect: of people with six pictures, three enrolled and three of a newcomer. */
export async function likenessOfTemplates(
  recogniser: Recogniser,
  people: readonly FacesOfPerson[],
): Promise<Likeness> {
  const pairs: { enrolled: Float32Array; again: Float32Array }[] = [];
  for (const { features } of people.filter((person) => person.features.length >= 6)) {
    const enrolled = await recogniser.template({ faces: features.slice(0, 3), voices: [] });
    const again = await recogniser.template({ faces: features.slice(3, 6), voices: [] });
    if (enrolled.face && again.face) pairs.push({ enrolled: enrolled.face, again: again.face });
  }
  const middle = meanOf(pairs.map(({ enrolled }) => enrolled));
  const off = (face: Float32Array) => normalise(face.map((value, at) => value - middle[at]!));
  const centred = pairs.map(({ enrolled, again }) => ({ enrolled: off(enrolled), again: off(again) }));
  return {
    people: pairs.length,
    own: compared(pairs, centred, (one, other) => one === other),
    strangers: compared(pairs, centred, (one, other) => one !== other),
  };
}

type Pair = { readonly enrolled: Float32Array; readonly again: Float32Array };

function compared(
  pairs: readonly Pair[],
  centred: readonly Pair[],
  wanted: (one: number, other: number) => boolean,
) {
  const of = (all: readonly Pair[], measure: (cosine: number) => number) =>
    quantiles(
      all.flatMap(({ enrolled }, one) =>
        all.flatMap(({ again }, other) => (wanted(one, other) ? measure(dot(enrolled, again)) : [])),
      ),
    );
  return {
    cosine: of(pairs, (cosine) => cosine),
    angle: of(centred, (cosine) => Math.acos(Math.max(-1, Math.min(1, cosine))) / Math.PI),
  };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  return Object.fromEntries(
    SHARES.map((share) => [share, sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN]),
  );
}

function meanOf(faces: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(faces[0]?.length ?? 0);
  for (const face of faces) for (const [at, value] of face.entries()) sum[at]! += value / faces.length;
  return sum;
}
