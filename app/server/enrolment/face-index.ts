import { FaceSketches } from './face-sketches.ts';

export interface Neighbour {
  readonly person: string;
  readonly sequence: number;
  readonly cosine: number;
}

export interface Entry {
  readonly person: string;
  /** Of the template's row. */
  readonly sequence: number;
  /** Of unit length. */
  readonly face: Float32Array;
}

/** Up to here every face is looked at in full; beyond, those whose sketches are alike. */
export const exactUpTo = 100_000;
/** Faces from which the middle of all is known; it is looked at anew when this many times as many are there. */
const middleOf = 4096;
const grownBy = 4;
const rowsOfBlock = 16_384;

/**
 * Faces of one embedding contract in memory, where nothing of them is written. Whoever changes it and whoever searches share
 * one thread, so a search sees all or nothing of a change.
 */
export class FaceIndex {
  readonly #exactUpTo: number;
  readonly #blocks: Float32Array[] = [];
  readonly #entries: ({ person: string; sequence: number } | null)[] = [];
  readonly #rowOf = new Map<string, number>();
  readonly #free: number[] = [];
  #sketches: { readonly of: FaceSketches; readonly size: number } | null = null;
  /** Rows below this one have a sketch. */
  #sketched = 0;

  #dimension = 0;

  constructor(options: { readonly exactUpTo?: number | undefined } = {}) {
    this.#exactUpTo = options.exactUpTo ?? exactUpTo;
  }

  get size(): number {
    return this.#rowOf.size;
  }

  /** Whether a search looks at every face. */
  get exact(): boolean {
    return this.#sketches === null;
  }

  sequences(): number[] {
    return this.#entries.flatMap((entry) => entry?.sequence ?? []);
  }

  /** Replaces what there was of this person. */
  add({ person, sequence, face }: Entry): void {
    this.remove(person);
    this.#dimension ||= face.length;
    const row = this.#free.pop() ?? this.#entries.length;
    if (row % rowsOfBlock === 0 && this.#blocks.length * rowsOfBlock === row)
      this.#blocks.push(new Float32Array(rowsOfBlock * this.#dimension));
    this.#faceAt(row).set(face);
    this.#entries[row] = { person, sequence };
    this.#rowOf.set(person, row);
    if (row < this.#sketched) this.#sketches?.of.set(row, face);
  }

  remove(person: string): void {
    const row = this.#rowOf.get(person);
    if (row === undefined) return;
    this.#faceAt(row).fill(0);
    this.#entries[row] = null;
    this.#rowOf.delete(person);
    this.#free.push(row);
  }

  /** So many people at most, spread evenly over all. */
  some(most: number): { person: string; face: Float32Array }[] {
    const step = Math.max(1, Math.ceil(this.#entries.length / most));
    const chosen: { person: string; face: Float32Array }[] = [];
    for (let row = 0; row < this.#entries.length; row += step) {
      const entry = this.#entries[row];
      if (entry) chosen.push({ person: entry.person, face: this.#faceAt(row).slice() });
    }
    return chosen;
  }

  /** Removes those of the rows in question who are not named. */
  keepOnly(people: ReadonlySet<string>, inQuestion: (sequence: number) => boolean): void {
    for (const entry of this.#entries)
      if (entry && inQuestion(entry.sequence) && !people.has(entry.person)) this.remove(entry.person);
  }

  /** Sketches up to so many faces where that is worth it; returns whether there is more to do. */
  grow(most: number): boolean {
    const { size } = this;
    if (size <= this.#exactUpTo) {
      this.#sketches = null;
      this.#sketched = 0;
      return false;
    }
    if (!this.#sketches || size > this.#sketches.size * grownBy) {
      this.#sketches = { of: new FaceSketches(this.some(middleOf).map(({ face }) => face)), size };
      this.#sketched = 0;
    }
    const end = Math.min(this.#entries.length, this.#sketched + most);
    for (let row = this.#sketched; row < end; row++) this.#sketches.of.set(row, this.#faceAt(row));
    this.#sketched = end;
    return end < this.#entries.length;
  }

  /** The most alike, best first; with sketches, only those that are much more alike than strangers. */
  nearest(face: Float32Array, count: number, { exact = false } = {}): Neighbour[] {
    const best: Neighbour[] = [];
    const look = (row: number) => {
      const entry = this.#entries[row];
      if (!entry) return;
      const cosine = this.#cosine(row, face);
      const last = best[count - 1];
      if (last && last.cosine >= cosine) return;
      const at = best.findIndex((other) => other.cosine < cosine);
      best.splice(at < 0 ? best.length : at, 0, { ...entry, cosine });
      best.length = Math.min(best.length, count);
    };
    const sketched = exact ? 0 : this.#sketched;
    if (this.#sketches && sketched > 0) for (const row of this.#sketches.of.near(face, sketched)) look(row);
    for (let row = sketched; row < this.#entries.length; row++) look(row);
    return best;
  }

  #faceAt(row: number): Float32Array {
    const block = this.#blocks[Math.floor(row / rowsOfBlock)]!;
    const start = (row % rowsOfBlock) * this.#dimension;
    return block.subarray(start, start + this.#dimension);
  }

  #cosine(row: number, face: Float32Array): number {
    const block = this.#blocks[Math.floor(row / rowsOfBlock)]!;
    const start = (row % rowsOfBlock) * this.#dimension;
    let sum = 0;
    for (let at = 0; at < face.length; at++) sum += block[start + at]! * face[at]!;
    return sum;
  }
}
