import { Random } from '../synthetic/random.ts';
import type { EmbeddedRecording } from './sides.ts';
import { normalise } from './vectors.ts';

/** People at directions of their own; `scatter` is how far their recordings lie from them. */
export function scatteredPeople(
  count: number,
  { scatter, recordings = 6, seconds = 3 }: { scatter: number; recordings?: number; seconds?: number },
): Map<string, EmbeddedRecording[]> {
  const random = new Random('scattered people', count, scatter);
  const vector = () => Float32Array.from({ length: 16 }, () => random.between(-0.5, 0.5));
  return new Map(
    Array.from({ length: count }, (_, person) => {
      const centre = vector();
      const own = Array.from({ length: recordings }, () => {
        const off = vector();
        return { vector: normalise(centre.map((value, at) => value + scatter * off[at]!)), seconds };
      });
      return [`p${person}`, own];
    }),
  );
}
