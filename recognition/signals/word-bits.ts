import {
  add,
  assemble,
  type Code,
  get,
  i32,
  instruction,
  set,
  whileBelow,
  whole,
} from '../face-finding/assembly.ts';

/** Numbers of 32 bits in a row: three say what changed, and three which way. */
export const WIDTH = 6;
const ROW_BYTES = WIDTH * 4;
/** Where the first three and the last three begin; of each, two are looked at together and one alone. */
const [CHANGED, WAY] = [0, 12];
const ALONE = 8;

const op = {
  ...{ load32: 0x28, load64: 0x29, subtract: 0x6b, bits32: 0x69, bits64: 0x7b, and32: 0x71, xor32: 0x73 },
  ...{ and64: 0x83, xor64: 0x85, low32: 0xa7, shiftLeft: 0x74 },
} as const;
const load32 = (address: Code, offset: number) => [...instruction(op.load32, address), 0, offset];
const load64 = (address: Code, offset: number) => [...instruction(op.load64, address), 0, offset];
const bits32 = (value: Code) => instruction(op.bits32, value);
const bits64 = (value: Code) => instruction(op.low32, instruction(op.bits64, value));

/** How many changes two words share, less twice those that go opposite ways. */
const shared = (() => {
  const [a, b, end, sum] = [0, 1, 2, 3];
  const both32 = instruction(op.and32, load32(get(a), ALONE), load32(get(b), ALONE));
  const both64 = instruction(op.and64, load64(get(a), CHANGED), load64(get(b), CHANGED));
  const apart32 = instruction(op.xor32, load32(get(a), WAY + ALONE), load32(get(b), WAY + ALONE));
  const apart64 = instruction(op.xor64, load64(get(a), WAY), load64(get(b), WAY));
  const opposite = add(
    bits32(instruction(op.and32, both32, apart32)),
    bits64(instruction(op.and64, both64, apart64)),
  );
  const gained = instruction(
    op.subtract,
    add(bits32(both32), bits64(both64)),
    instruction(op.shiftLeft, opposite, whole(1)),
  );
  const loop = whileBelow(a, end, [
    ...set(sum, add(get(sum), gained)),
    ...set(a, add(get(a), whole(ROW_BYTES))),
    ...set(b, add(get(b), whole(ROW_BYTES))),
  ]);
  return {
    ...{ name: 'shared', parameters: [i32, i32, i32], locals: [i32], result: i32 },
    body: [...loop, ...get(sum)],
  };
})();

const changes = (() => {
  const [a, end, sum] = [0, 1, 2];
  const loop = whileBelow(a, end, [
    ...set(sum, add(get(sum), add(bits32(load32(get(a), CHANGED + ALONE)), bits64(load64(get(a), CHANGED))))),
    ...set(a, add(get(a), whole(ROW_BYTES))),
  ]);
  return {
    ...{ name: 'changes', parameters: [i32, i32], locals: [i32], result: i32 },
    body: [...loop, ...get(sum)],
  };
})();

/** A word is 255 rows long at most, and two are compared. */
const longestBytes = 255 * ROW_BYTES;
/** An instruction that counts bits is what JavaScript has not: looking through what a person said before takes a tenth of the time. */
const memory = new WebAssembly.Memory({ initial: 1 });
const { exports } = new WebAssembly.Instance(assemble([shared, changes]), { m: { m: memory } });
const sharedOf = exports.shared as (a: number, b: number, end: number) => number;
const changesOf = exports.changes as (a: number, end: number) => number;
const words = [new Uint32Array(memory.buffer, 0), new Uint32Array(memory.buffer, longestBytes)] as const;

/** Puts two words where {@link compareRows} looks at them. */
export function putWords(a: Uint32Array, b: Uint32Array): void {
  words[0].set(a);
  words[1].set(b);
}

/** From rows `a` and `b` of the two words on: what changes in both of them (less twice what changes opposite ways), in the one, in the other. */
export function compareRows(a: number, b: number, rows: number): [shared: number, ofA: number, ofB: number] {
  const [startA, startB, bytes] = [a * ROW_BYTES, longestBytes + b * ROW_BYTES, rows * ROW_BYTES];
  return [
    sharedOf(startA, startB, startA + bytes),
    changesOf(startA, startA + bytes),
    changesOf(startB, startB + bytes),
  ];
}
