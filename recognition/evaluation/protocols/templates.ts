import type { Side } from '../../signals/sides.ts';
import { meanDirection } from '../../signals/vectors.ts';
import type { EmbeddedItems } from './embedded-items.ts';
import type { TemplateFace } from './ijb-c.ts';

/** Templates are made together until they have so many faces. */
const PORTION = 2048;

/** Faces by their template, in portions of whole templates: no more faces than these are held at a time. */
export function* portionsOf(faces: readonly TemplateFace[]): Generator<readonly TemplateFace[]> {
  const sorted = [...faces].sort((a, b) => a.template - b.template);
  let portion: TemplateFace[] = [];
  for (const face of sorted) {
    if (portion.length >= PORTION && portion.at(-1)?.template !== face.template) {
      yield portion;
      portion = [];
    }
    portion.push(face);
  }
  if (portion.length > 0) yield portion;
}

/**
 * A template is the mean over its media of the mean over a medium's faces, brought to unit length. Every face weighs the same
 * in its medium: ArcFace's script weighs them by the detector's score and the length of the vector. A template without a face
 * that could be used is left out. `embedded`: of these faces, in their order.
 */
export function templatesOf(
  faces: readonly TemplateFace[],
  { sides }: Pick<EmbeddedItems, 'sides'>,
): Map<number, Side> {
  const media = new Map<number, Map<number, Float32Array[]>>();
  faces.forEach(({ template, medium }, index) => {
    const side = sides[index];
    if (!side) return;
    const ofTemplate = media.get(template) ?? new Map<number, Float32Array[]>();
    ofTemplate.set(medium, [...(ofTemplate.get(medium) ?? []), side.direction]);
    media.set(template, ofTemplate);
  });
  return new Map(
    [...media].map(([template, ofTemplate]) => {
      // Not of unit length: a medium whose faces differ says less.
      const means = [...ofTemplate.values()].map(mean);
      return [template, { direction: meanDirection(means), coherence: null, seconds: null }];
    }),
  );
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors)
    vector.forEach((value, at) => {
      sum[at] = (sum[at] ?? 0) + value / vectors.length;
    });
  return sum;
}
