import { type Datatype, datatypes } from '../protocol/datatype.ts';

/** ONNX's numbers for element types (onnx.proto3, TensorProto.DataType). */
const elementTypes: Readonly<Record<Datatype, number>> = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
};

export interface Value {
  readonly name: string;
  readonly datatype: Datatype;
  /** A name is a size that the graph leaves free. */
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly {
    readonly operator: string;
    readonly inputs: readonly string[];
    readonly output: string;
  }[];
  readonly weights?: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
}

/** A small ONNX file (IR version 8, operator set 17), written as the protobuf message that it is. */
export function onnxFile({ inputs, outputs, nodes, weights = [] }: Graph): Buffer {
  const graph = [
    ...nodes.map(({ operator, inputs: from, output }) =>
      message(1, [...from.map((name) => text(1, name)), text(2, output), text(4, operator)]),
    ),
    text(2, 'graph'),
    ...weights.map(({ name, shape, data }) =>
      message(5, [
        ...shape.map((size) => integer(1, size)),
        integer(2, elementTypes.FP32),
        text(8, name),
        bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
      ]),
    ),
    ...inputs.map((value) => valueInfo(11, value)),
    ...outputs.map((value) => valueInfo(12, value)),
  ];
  return Buffer.concat([integer(1, 8), message(7, graph), message(8, [text(1, ''), integer(2, 17)])]);
}

/** One input and one output of each datatype, given back as they came. */
export const echoGraph: Graph = {
  inputs: Object.keys(datatypes).map((name) => echoed(`${name.toLowerCase()}_in`, name as Datatype)),
  outputs: Object.keys(datatypes).map((name) => echoed(`${name.toLowerCase()}_out`, name as Datatype)),
  nodes: Object.keys(datatypes).map((name) => ({
    operator: 'Identity',
    inputs: [`${name.toLowerCase()}_in`],
    output: `${name.toLowerCase()}_out`,
  })),
};

function echoed(name: string, datatype: Datatype): Value {
  return { name, datatype, shape: [`${name}_rows`, 2] };
}

/** c = a + b, row by row. */
export const sumGraph: Graph = {
  inputs: [
    { name: 'a', datatype: 'FP32', shape: ['n', 3] },
    { name: 'b', datatype: 'FP32', shape: ['n', 3] },
  ],
  outputs: [{ name: 'c', datatype: 'FP32', shape: ['n', 3] }],
  nodes: [{ operator: 'Add', inputs: ['a', 'b'], output: 'c' }],
};

/** y = 2 x, row by row. */
export const doubleGraph: Graph = {
  inputs: [{ name: 'x', datatype: 'FP32', shape: ['n', 2] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: ['n', 2] }],
  nodes: [{ operator: 'Add', inputs: ['x', 'x'], output: 'y' }],
};

/** n out of two vectors of n ones, by way of a product of n x n matrices: as slow as the caller likes, on little data. */
export const slowGraph: Graph = {
  inputs: [
    { name: 'column', datatype: 'FP32', shape: ['n', 1] },
    { name: 'row', datatype: 'FP32', shape: [1, 'n'] },
  ],
  outputs: [{ name: 'largest', datatype: 'FP32', shape: [1, 1] }],
  nodes: [
    { operator: 'MatMul', inputs: ['column', 'row'], output: 'matrix' },
    { operator: 'MatMul', inputs: ['matrix', 'matrix'], output: 'product' },
    { operator: 'ReduceMax', inputs: ['product'], output: 'largest' },
  ],
};

function valueInfo(field: number, { name, datatype, shape }: Value): Buffer {
  const sizes = shape.map((size) =>
    message(1, [typeof size === 'number' ? integer(1, size) : text(2, size)]),
  );
  const tensor = message(1, [integer(1, elementTypes[datatype]), message(2, sizes)]);
  return message(field, [text(1, name), message(2, [tensor])]);
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function text(field: number, value: string): Buffer {
  return bytes(field, Buffer.from(value, 'utf8'));
}

function message(field: number, parts: readonly Buffer[]): Buffer {
  return bytes(field, Buffer.concat(parts));
}

function bytes(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 128);
  return Buffer.from([...digits, rest]);
}
