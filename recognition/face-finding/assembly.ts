/** Instructions of WebAssembly (with its fixed-width SIMD, WebAssembly 2.0), as bytes. */
export type Code = readonly number[];

/** Types of values. */
export const i32 = 0x7f;
export const i64 = 0x7e;
export const f64 = 0x7c;
export const v128 = 0x7b;
/** The type of a block that leaves nothing. */
const nothing = 0x40;

export const get = (local: number): Code => [0x20, local];
export const set = (local: number, value: Code): Code => [...value, 0x21, local];
export const whole = (value: number): Code => [0x41, ...signed(value)];

export const doubleOf = (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)];

/** An instruction of one byte, after its operands. */
export const instruction = (number: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  number,
];
export const add = (one: Code, other: Code): Code => [...one, ...other, 0x6a];
export const multiply = (one: Code, other: Code): Code => [...one, ...other, 0x6c];
export const addDoubles = (one: Code, other: Code): Code => [...one, ...other, 0xa0];

/** Of 32 bits, at an address. */
export const storeFloat = (address: Code, double: Code): Code => [
  ...address,
  ...double,
  0xb6,
  0x38,
  0x00,
  0x00,
];

/** Repeats `body` while the local `counter` is below the local `end`; it may be so from the beginning. */
export function whileBelow(counter: number, end: number, body: Code): Code {
  const below = [...get(counter), ...get(end), 0x49];
  return [...below, 0x04, nothing, 0x03, nothing, ...body, ...below, 0x0d, 0x00, 0x0b, 0x0b];
}

/** An instruction on vectors of 128 bits: its operands, its number, and what is written behind it. */
export function vector(instruction: number, operands: readonly Code[], behind: Code = []): Code {
  return [...operands.flat(), 0xfd, ...unsigned(instruction), ...behind];
}

/** The bytes of two vectors that lie at `places` of both, one after another. */
export function shuffle(one: Code, other: Code, places: readonly number[]): Code {
  return vector(0x0d, [one, other], places);
}

export interface FunctionSource {
  readonly name: string;
  /** Types; they are the first locals. */
  readonly parameters: readonly number[];
  /** Types of the locals after them. */
  readonly locals: readonly number[];
  /** The type of what it returns, if anything. */
  readonly result?: number;
  readonly body: Code;
}

/** A module whose functions work on the memory that is imported as `m.m`. */
export function assemble(functions: readonly FunctionSource[]): WebAssembly.Module {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [type])),
    ...list(result === undefined ? [] : [[result]]),
  ]);
  const exported = functions.map(({ name }, index) => [...text(name), 0x00, index]);
  const bodies = functions.map(({ locals, body }) => {
    const content = [...list(locals.map((type) => [1, type])), ...body, 0x0b];
    return [...unsigned(content.length), ...content];
  });
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list(types)),
      ...section(2, list([[...text('m'), ...text('m'), 0x02, 0x00, 0x01]])),
      ...section(3, list(functions.map((_, index) => [index]))),
      ...section(7, list(exported)),
      ...section(10, list(bodies)),
    ]),
  );
}

const section = (id: number, content: Code) => [id, ...unsigned(content.length), ...content];
const list = (items: readonly Code[]) => [...unsigned(items.length), ...items.flat()];
const text = (name: string) => list([...new TextEncoder().encode(name)].map((byte) => [byte]));

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
