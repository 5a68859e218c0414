/** Bits of a sketch, and the bytes that they take. */
export const SKETCH_BITS = 128;
const sketchBytes = SKETCH_BITS / 8;
const pageBytes = 65_536;
/** Rows at a time: as many as the first page has places to name them. */
const rowsAtOnce = pageBytes / 4;

/**
 * Sketches one after another, and which of them differ from a query in a few bits only. WebAssembly has an instruction that
 * counts bits, which JavaScript has not: a million sketches take two milliseconds instead of six.
 */
export class SketchScan {
  readonly #memory = new WebAssembly.Memory({ initial: 2 });
  readonly #scan: Scan;

  constructor() {
    const { exports } = new WebAssembly.Instance(module, { m: { m: this.#memory } });
    this.#scan = exports.s as Scan; // as `program` declares it
  }

  set(row: number, sketch: BigUint64Array): void {
    const end = pageBytes + (row + 1) * sketchBytes;
    const missing = end - this.#memory.buffer.byteLength;
    // A quarter more than needed, since growing copies.
    if (missing > 0) this.#memory.grow(Math.ceil((missing + end / 4) / pageBytes));
    new BigUint64Array(this.#memory.buffer, pageBytes + row * sketchBytes, 2).set(sketch);
  }

  /** Rows below `rows` whose sketches differ in `most` bits at most. */
  near(sketch: BigUint64Array, { rows, most }: { rows: number; most: number }): number[] {
    const found: number[] = [];
    for (let from = 0; from < rows; from += rowsAtOnce) {
      const to = Math.min(rows, from + rowsAtOnce);
      const [start, end] = [pageBytes + from * sketchBytes, pageBytes + to * sketchBytes];
      const count = this.#scan(start, end, sketch[0] ?? 0n, sketch[1] ?? 0n, most);
      for (const at of new Int32Array(this.#memory.buffer, 0, count))
        found.push((at - pageBytes) / sketchBytes);
    }
    return found;
  }
}

type Scan = (start: number, end: number, low: bigint, high: bigint, most: number) => number;

/** Opcodes of WebAssembly 1.0. */
const op = {
  ...{ block: [0x02, 0x40], loop: [0x03, 0x40], if: [0x04, 0x40], end: [0x0b], repeat: [0x0c] },
  ...{ leaveIf: [0x0d], get: [0x20], set: [0x21], tee: [0x22], constant: [0x41], add: [0x6a] },
  ...{ notBelow: [0x4f], notAbove: [0x4d], load64: [0x29, 0x03], store32: [0x36, 0x02, 0x00] },
  ...{ xor64: [0x85], countBits64: [0x7b], low32: [0xa7], shiftLeft: [0x74] },
} as const;
const [start, end, low, high, most, count] = [[0], [1], [2], [3], [4], [5]] as const;
const [i32, i64] = [0x7f, 0x7e] as const;

/** How many bits of eight bytes at `start` + `offset` differ from a parameter. */
const differing = (offset: number, from: readonly number[]) =>
  [op.get, start, op.load64, [offset], op.get, from, op.xor64, op.countBits64, op.low32] as const;

/** Names in the first page each address between `start` and `end` whose sketch differs in `most` bits at most; how many. */
const program = [
  ...[op.block, op.loop],
  ...[op.get, start, op.get, end, op.notBelow, op.leaveIf, [1]],
  ...[...differing(0, low), ...differing(8, high), op.add, op.get, most, op.notAbove, op.if],
  ...[op.get, count, op.constant, [2], op.shiftLeft, op.get, start, op.store32],
  ...[op.get, count, op.constant, [1], op.add, op.set, count],
  ...[op.end, op.get, start, op.constant, [sketchBytes], op.add, op.set, start, op.repeat, [0]],
  ...[op.end, op.end, op.get, count, op.end],
].flat();

const section = (id: number, content: readonly number[]) => [id, content.length, ...content];
const body = [1, 1, i32, ...program];
const module = new WebAssembly.Module(
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 5, i32, i32, i64, i64, i32, 1, i32]),
    // Imports memory m.m, declares the function, exports it as s.
    ...section(2, [1, 1, 0x6d, 1, 0x6d, 0x02, 0x00, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x73, 0x00, 0]),
    ...section(10, [1, body.length, ...body]),
  ]),
);
