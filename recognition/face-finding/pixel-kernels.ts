import {
  add,
  addDoubles,
  assemble,
  type Code,
  doubleOf,
  f64,
  get,
  i32,
  multiply,
  set,
  shuffle,
  storeFloat,
  v128,
  vector,
  whileBelow,
  whole,
} from './assembly.ts';

/** Floats of red, green and blue. */
export const BYTES_PER_SAMPLE = 12;

const pageBytes = 65_536;
/** Vectors are read across the end of what they are needed of. */
const slack = 16;

/** Numbers of the instructions on vectors that are used here. */
const op = {
  ...{ load: 0x00, constant: 0x0c, splat: 0x14, lane32: 0x1b, lane64: 0x21, setLane64: 0x22 },
  ...{ store64: 0x5b, load64: 0x5d, toFloats: 0x5e, narrow: 0x66, floor: 0x75, toShorts: 0x89 },
  ...{ shiftRight: 0x8d, addShorts: 0x8e, toInts: 0xa9, upperToInts: 0xaa, add: 0xf0, subtract: 0xf1 },
  ...{ multiply: 0xf2, toDoubles: 0xfe },
} as const;

const plus = (one: Code, other: Code) => vector(op.add, [one, other]);
const minus = (one: Code, other: Code) => vector(op.subtract, [one, other]);
const times = (one: Code, other: Code) => vector(op.multiply, [one, other]);
const splat = (value: Code) => vector(op.splat, [value]);
const pair = (one: Code, other: Code) => vector(op.setLane64, [splat(one), other], [1]);
const low = (value: Code) => vector(op.lane64, [value], [0]);
const high = (value: Code) => vector(op.lane64, [value], [1]);

const lowHalf = [0, 1, 2, 3, 4, 5, 6, 7];
const highHalf = lowHalf.map((byte) => byte + 8);
const ofOther = (half: readonly number[]) => half.map((byte) => byte + 16);
const bothLow = (value: Code) => shuffle(value, value, [...lowHalf, ...lowHalf]);
const bothHigh = (value: Code) => shuffle(value, value, [...highHalf, ...highHalf]);

/**
 * Two pixels beside each other, weighted: `pixels` has their bytes, `weights` two doubles. Leaves red and green of the one, its
 * blue and the other's red, the other's green and blue.
 */
const weighted = (
  { pixels, weights, ints }: Record<'pixels' | 'weights' | 'ints', number>,
  into: readonly [number, number, number],
): Code => [
  ...set(ints, vector(op.toShorts, [get(pixels)])),
  ...set(into[2], times(vector(op.toDoubles, [vector(op.upperToInts, [get(ints)])]), bothHigh(get(weights)))),
  ...set(ints, vector(op.toInts, [get(ints)])),
  ...set(into[0], times(vector(op.toDoubles, [get(ints)]), bothLow(get(weights)))),
  ...set(into[1], times(vector(op.toDoubles, [bothHigh(get(ints))]), get(weights))),
];
/** Red and green of the second of these. */
const secondRedAndGreen = (blueRed: number, greenBlue: number) =>
  shuffle(get(blueRed), get(greenBlue), [...highHalf, ...ofOther(lowHalf)]);

/**
 * Bilinear samples of pixels beside each other, by the formula of `sampleAtEdges` in the same order on the same doubles, so that
 * every bit is the same. x and y are the halves of one vector.
 */
const sampling = (() => {
  const [source, below, target, end, firstX, firstY, dx, dy, firstColumn] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [column, first, step, place, corner, part, rest, across, upper, lower, top, bottom] = [
    9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  ];
  const [ints, a, b, c, d, e, f, address] = [21, 22, 23, 24, 25, 26, 27, 28];
  const one = splat(doubleOf(1));
  // Of whole numbers beside 2^52 the last bits of the double are those of the integer.
  const integer = (lane: 0 | 2) => vector(op.lane32, [plus(get(corner), splat(doubleOf(2 ** 52)))], [lane]);
  const body = [
    ...set(column, splat(get(firstColumn))),
    ...set(first, pair(get(firstX), get(firstY))),
    ...set(step, pair(get(dx), get(dy))),
    ...whileBelow(target, end, [
      ...set(place, plus(get(first), times(get(column), get(step)))),
      ...set(corner, vector(op.floor, [get(place)])),
      ...set(part, minus(get(place), get(corner))),
      ...set(rest, minus(one, get(part))),
      ...set(across, shuffle(get(rest), get(part), [...lowHalf, ...ofOther(lowHalf)])),
      ...set(upper, times(get(across), bothHigh(get(rest)))),
      ...set(lower, times(get(across), bothHigh(get(part)))),
      ...set(
        address,
        add(get(source), add(multiply(integer(2), get(below)), multiply(integer(0), whole(3)))),
      ),
      ...set(top, vector(op.load64, [get(address)], [0, 0])),
      ...set(bottom, vector(op.load64, [add(get(address), get(below))], [0, 0])),
      ...weighted({ pixels: top, weights: upper, ints }, [a, b, c]),
      ...weighted({ pixels: bottom, weights: lower, ints }, [d, e, f]),
      ...set(a, plus(plus(get(a), secondRedAndGreen(b, c)), get(d))),
      ...set(a, plus(get(a), secondRedAndGreen(e, f))),
      ...vector(op.store64, [get(target), vector(op.toFloats, [get(a)])], [0, 0, 0]),
      ...storeFloat(
        add(get(target), whole(8)),
        addDoubles(addDoubles(addDoubles(low(get(b)), high(get(c))), low(get(e))), high(get(f))),
      ),
      ...set(column, plus(get(column), one)),
      ...set(target, add(get(target), whole(BYTES_PER_SAMPLE))),
    ]),
  ];
  const parameters = [i32, i32, i32, i32, f64, f64, f64, f64, f64];
  return { name: 'sample', parameters, locals: [...new Array(19).fill(v128), i32], body };
})();

/** A row of half the size: means of two by two pixels, two of them at a time. */
const halving = (() => {
  const [source, below, target, end] = [0, 1, 2, 3];
  const zeros = vector(op.constant, [], new Array(16).fill(0));
  const zero = 16;
  const row = (address: Code) => vector(op.load, [address], [0, 0]);
  const [top, bottom] = [4, 5];
  const shorts = (pixels: Code, bytes: readonly number[]) =>
    shuffle(pixels, zeros, [...bytes.flatMap((byte) => [byte, zero]), zero, zero, zero, zero]);
  const [left, right] = [
    [0, 1, 2, 6, 7, 8],
    [3, 4, 5, 9, 10, 11],
  ] as const;
  const sum = (one: Code, other: Code) => vector(op.addShorts, [one, other]);
  const twos = vector(
    op.constant,
    [],
    Array.from({ length: 16 }, (_, byte) => (byte % 2 === 0 ? 2 : 0)),
  );
  const total = sum(
    sum(
      sum(shorts(get(top), left), shorts(get(top), right)),
      sum(shorts(get(bottom), left), shorts(get(bottom), right)),
    ),
    twos,
  );
  const means = vector(op.shiftRight, [total, whole(2)]);
  const body = whileBelow(target, end, [
    ...set(top, row(get(source))),
    ...set(bottom, row(add(get(source), get(below)))),
    ...vector(op.store64, [get(target), vector(op.narrow, [means, zeros])], [0, 0, 0]),
    ...set(source, add(get(source), whole(12))),
    ...set(target, add(get(target), whole(6))),
  ]);
  return { name: 'halve', parameters: [i32, i32, i32, i32], locals: [v128, v128], body };
})();

/** JavaScript looks at the length of an array at every pixel, and has no instructions that work on two doubles or sixteen bytes. */
const memory = new WebAssembly.Memory({ initial: 16 });
const { exports } = new WebAssembly.Instance(assemble([sampling, halving]), { m: { m: memory } });

/**
 * Writes floats from address `target` to `end`, three a pixel: from the pixels at (`x` + column `dx`, `y` + column `dy`), the
 * columns counted from `column`, of the image at `source` whose rows are `below` bytes apart. All have to lie inside it.
 */
export const sampleInside = exports.sample as (
  source: number,
  below: number,
  target: number,
  end: number,
  x: number,
  y: number,
  dx: number,
  dy: number,
  column: number,
) => void;

/** Writes a row of half the size from address `target` to `end`, of two rows at `source` that are `below` bytes apart; up to 7 bytes more. */
export const halveRow = exports.halve as (source: number, below: number, target: number, end: number) => void;

/** The memory of both, which is at least so large until the next call. */
export function reserve(bytes: number): Uint8Array<ArrayBuffer> {
  const missing = bytes + slack - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  return new Uint8Array(memory.buffer);
}
