import { UserError } from '@visavox/core/errors';

export type NumberArray =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

interface NumberArrayConstructor {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): NumberArray;
  new (length: number): NumberArray;
  readonly BYTES_PER_ELEMENT: number;
}

/** How one datatype of the protocol is held: as a typed array, or as text (`array: null`, BYTES). */
interface Representation {
  /** onnxruntime's name of it. */
  readonly onnx: string;
  readonly array: NumberArrayConstructor | null;
  /** Whole numbers that JSON may carry for it; null where fractions are allowed. */
  readonly range: readonly [bigint, bigint] | null;
}

const signed = (bits: bigint) => [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] as const;
const unsigned = (bits: bigint) => [0n, (1n << bits) - 1n] as const;

/** FP16 is held as its 16 bits (`Uint16Array`): not every JavaScript engine has half-precision arrays. */
export const datatypes = {
  BOOL: { onnx: 'bool', array: Uint8Array, range: [0n, 1n] },
  UINT8: { onnx: 'uint8', array: Uint8Array, range: unsigned(8n) },
  UINT16: { onnx: 'uint16', array: Uint16Array, range: unsigned(16n) },
  UINT32: { onnx: 'uint32', array: Uint32Array, range: unsigned(32n) },
  UINT64: { onnx: 'uint64', array: BigUint64Array, range: unsigned(64n) },
  INT8: { onnx: 'int8', array: Int8Array, range: signed(8n) },
  INT16: { onnx: 'int16', array: Int16Array, range: signed(16n) },
  INT32: { onnx: 'int32', array: Int32Array, range: signed(32n) },
  INT64: { onnx: 'int64', array: BigInt64Array, range: signed(64n) },
  FP16: { onnx: 'float16', array: Uint16Array, range: null },
  FP32: { onnx: 'float32', array: Float32Array, range: null },
  FP64: { onnx: 'float64', array: Float64Array, range: null },
  BYTES: { onnx: 'string', array: null, range: null },
} as const satisfies Record<string, Representation>;

export type Datatype = keyof typeof datatypes;

const byOnnxName = new Map<string, Datatype>(
  Object.entries(datatypes).map(([name, { onnx }]) => [onnx, name as Datatype]),
);

export function representationOf(datatype: Datatype): Representation {
  return datatypes[datatype];
}

export function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(datatypes, name);
}

/** Answers undefined for a type that the protocol has no name for (4-bit integers). */
export function datatypeOfOnnx(name: string): Datatype | undefined {
  return byOnnxName.get(name);
}

/** A request that breaks the protocol, or does not fit the model; `message` says which part. */
export function badRequest(
  message: string,
  action = 'Correct the request; the model’s metadata say what it takes.',
) {
  return new UserError({ kind: 'invalid', code: 'bad_inference_request', message, action });
}
