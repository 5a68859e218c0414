import type { BufferPool } from '../models/buffer-pool.ts';
import { badRequest, type Datatype, isDatatype, representationOf } from '../protocol/datatype.ts';
import { elementCount, type Tensor } from '../protocol/tensor.ts';
import {
  bytesOfTensor,
  isTexts,
  type TensorHead,
  tensorFromBytes,
  textOf,
} from '../protocol/tensor-bytes.ts';

/** As proto-loader gives them: 64-bit integers are text, an absent message is null, lists are always there. */
export interface TensorContents {
  readonly bool_contents: readonly boolean[];
  readonly int_contents: readonly number[];
  readonly int64_contents: readonly string[];
  readonly uint_contents: readonly number[];
  readonly uint64_contents: readonly string[];
  readonly fp32_contents: readonly number[];
  readonly fp64_contents: readonly number[];
  readonly bytes_contents: readonly Uint8Array[];
}

export interface ModelInferRequest {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly string[];
    readonly contents: TensorContents | null;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  }[];
  readonly raw_input_contents: readonly Uint8Array[];
}

export interface ModelInferResponse {
  readonly model_name: string;
  readonly model_version: string;
  readonly id: string;
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly contents?: Partial<TensorContents>;
  }[];
  readonly raw_output_contents: readonly Uint8Array[];
}

type ContentsField = keyof TensorContents;

const fieldOf: Readonly<Record<Datatype, ContentsField | null>> = {
  BOOL: 'bool_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  FP16: null,
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

export function tensorsOfRequest(request: ModelInferRequest, buffers: BufferPool): Tensor[] {
  const raw = request.raw_input_contents;
  if (raw.length > 0 && raw.length !== request.inputs.length)
    throw badRequest(`there are ${request.inputs.length} inputs and ${raw.length} raw_input_contents`);
  return request.inputs.map(({ name, datatype, shape: sizes, contents }, index) => {
    if (request.inputs.findIndex((input) => input.name === name) !== index)
      throw badRequest(`the input "${name}" is there twice`);
    if (!isDatatype(datatype))
      throw badRequest(`"${name}" has the datatype ${datatype}, which is not served here`);
    const shape = sizes.map(Number);
    if (shape.some((size) => size < 0)) throw badRequest(`"${name}" has a negative size`);
    const bytes = raw[index];
    if (bytes === undefined) return typedTensor({ name, datatype, shape }, contents);
    if (contents !== null) throw badRequest(`"${name}" has both contents and raw_input_contents`);
    // A copy: the message's own buffer may be shared with others, and a tensor's is given to another thread.
    const copy = new Uint8Array(buffers.take(bytes.byteLength), 0, bytes.byteLength);
    copy.set(bytes);
    return tensorFromBytes({ name, datatype, shape }, copy);
  });
}

function typedTensor(head: TensorHead, contents: TensorContents | null): Tensor {
  const { name, datatype, shape } = head;
  const field = fieldOf[datatype];
  if (field === null) throw badRequest(`"${name}" is ${datatype}, which goes into raw_input_contents only`);
  const values = contents?.[field] ?? [];
  const count = elementCount(name, shape);
  if (values.length !== count)
    throw badRequest(`"${name}" has ${values.length} ${field}; ${datatype} of its shape takes ${count}`);
  const { array, range } = representationOf(datatype);
  if (array === null)
    return { ...head, data: (contents?.bytes_contents ?? []).map((bytes) => textOf(name, bytes)) };
  const data = new array(count);
  for (let index = 0; index < count; index++) {
    const value = values[index];
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(String(value));
    else {
      const number = Number(value);
      if (range && (number < range[0] || number > range[1]))
        throw badRequest(`"${name}" is ${datatype} and holds ${number}`);
      data[index] = number;
    }
  }
  return { ...head, data };
}

/** Raw outputs for who sent raw inputs, typed ones otherwise; the protocol wants all of them of one kind. */
export function inferResponse(
  model: { readonly name: string; readonly version: string },
  request: ModelInferRequest,
  outputs: readonly Tensor[],
): ModelInferResponse {
  const raw = request.raw_input_contents.length > 0 || outputs.some(({ datatype }) => datatype === 'FP16');
  return {
    model_name: model.name,
    model_version: model.version,
    id: request.id,
    outputs: outputs.map((tensor) => ({
      name: tensor.name,
      datatype: tensor.datatype,
      shape: tensor.shape,
      ...(!raw && { contents: contentsOf(tensor) }),
    })),
    raw_output_contents: raw ? outputs.map(bytesOfTensor) : [],
  };
}

function contentsOf({ datatype, data }: Tensor): Partial<TensorContents> {
  const field = fieldOf[datatype];
  if (field === null) return {};
  if (isTexts(data)) return { bytes_contents: data.map((text) => Buffer.from(text, 'utf8')) };
  const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return {
    [field]: wide
      ? Array.from(data, String)
      : Array.from(data as Exclude<typeof data, BigInt64Array | BigUint64Array>),
  };
}
