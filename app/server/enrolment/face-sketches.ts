import { dot, normalise } from '@visavox/recognition/signals/vectors';
import { Random } from '@visavox/recognition/synthetic/random';
import { SKETCH_BITS, SketchScan } from './sketch-scan.ts';

/**
 * Of bits in which a face of the same person may differ. Two faces differ in as many as the angle between them (about the middle
 * of all faces) is of half a circle (Charikar, 2002), which `evaluate --enrolment` prints: on LFW 0.5 for strangers, 0.19 for
 * templates of the same person, 0.25 for the worst one in a hundred.
 */
const MOST_DIFFERING = 44;

/** Faces as the sides of random planes that they lie on, to find those near a face without looking at all in full. */
export class FaceSketches {
  readonly #scan = new SketchScan();
  readonly #middle: Float32Array;
  readonly #planes: readonly Float32Array[];

  /** `some`: enough of the faces to know their middle. */
  constructor(some: readonly Float32Array[]) {
    const dimension = some[0]?.length ?? 0;
    this.#middle = new Float32Array(dimension);
    for (const face of some)
      for (let at = 0; at < dimension; at++) this.#middle[at]! += face[at]! / some.length;
    const random = new Random('planes of face sketches');
    const plane = () => normalise(Float32Array.from({ length: dimension }, () => random.normal(0, 1)));
    this.#planes = Array.from({ length: SKETCH_BITS }, plane);
  }

  set(row: number, face: Float32Array): void {
    this.#scan.set(row, this.#sketch(face));
  }

  near(face: Float32Array, rows: number): number[] {
    return this.#scan.near(this.#sketch(face), { rows, most: MOST_DIFFERING });
  }

  #sketch(face: Float32Array): BigUint64Array {
    const off = face.map((value, at) => value - this.#middle[at]!);
    const halves = new Uint32Array(SKETCH_BITS / 32);
    for (const [bit, plane] of this.#planes.entries())
      if (dot(plane, off) > 0) halves[bit >> 5]! |= 1 << (bit & 31);
    return new BigUint64Array(halves.buffer);
  }
}
