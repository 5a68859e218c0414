import { Index, MetricKind, ScalarKind } from 'usearch';

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

/** Up to here every face is looked at; beyond, those that a graph (HNSW) leads to. */
export const exactUpTo = 100_000;
/** Of the graph: how many neighbours a face has, and how many are looked at when one is put in and searched for. */
const graphShape = { connectivity: 16, expansion_add: 128, expansion_search: 192 } as const;
/** Of those that the graph finds, in eight bits, so many more than wanted are compared in full. */
const oversampling = 4;
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
  #graph: Index | null = null;
  /** Rows below this one are in the graph. */
  #inGraph = 0;

  #dimension = 0;

  constructor(options: { readonly exactUpTo?: number | undefined } = {}) {
    this.#exactUpTo = options.exactUpTo ?? exactUpTo;
  }

  get size(): number {
    return this.#rowOf.size;
  }

  /** Whether a search looks at every face. */
  get exact(): boolean {
    return this.#graph === null;
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
    if (row < this.#inGraph) this.#graph?.add(BigInt(row), face, 1);
  }

  remove(person: string): void {
    const row = this.#rowOf.get(person);
    if (row === undefined) return;
    this.#faceAt(row).fill(0);
    this.#entries[row] = null;
    this.#rowOf.delete(person);
    this.#free.push(row);
    if (row < this.#inGraph) this.#graph?.remove(BigInt(row));
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

  /** Puts up to so many faces into the graph where one is worth it; returns whether there is more to do. */
  grow(most: number): boolean {
    if (this.#rowOf.size <= this.#exactUpTo) {
      this.#graph = null;
      this.#inGraph = 0;
      return false;
    }
    this.#graph ??= new Index({
      ...graphShape,
      dimensions: this.#dimension,
      metric: MetricKind.IP,
      quantization: ScalarKind.I8,
      multi: false,
    });
    const end = Math.min(this.#entries.length, this.#inGraph + most);
    for (let row = this.#inGraph; row < end; row++)
      if (this.#entries[row]) this.#graph.add(BigInt(row), this.#faceAt(row), 1);
    this.#inGraph = end;
    return end < this.#entries.length;
  }

  /** The most alike, best first. */
  nearest(face: Float32Array, count: number): Neighbour[] {
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
    if (this.#graph && this.#inGraph > 0)
      for (const row of this.#graph.search(face, count * oversampling, 1).keys) look(Number(row));
    // What the graph does not hold yet, or everything.
    for (let row = this.#inGraph; row < this.#entries.length; row++) look(row);
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
