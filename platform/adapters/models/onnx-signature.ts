import type { ModelSignature, SignaturePart } from '@visavox/core/model-signature';
import { type Field, NoMessage, ProtobufStream } from './protobuf-stream.ts';

/** NumPy's names of ONNX's element types (onnx.proto3, TensorProto.DataType), as MLflow writes them. */
const elementTypes: Readonly<Record<number, string>> = {
  ...{ 1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 8: 'str' },
  ...{
    9: 'bool',
    10: 'float16',
    11: 'float64',
    12: 'uint32',
    13: 'uint64',
    14: 'complex64',
    15: 'complex128',
  },
  16: 'bfloat16',
};

interface Value {
  name: string;
  dtype: string | undefined;
  shape: number[];
}

/** What a graph takes and returns; weights that older files list among the inputs are none. Throws {@link NoMessage}. */
export async function onnxSignature(bytes: AsyncIterable<Uint8Array>): Promise<ModelSignature> {
  const stream = new ProtobufStream(bytes);
  const [inputs, outputs, weights]: [Value[], Value[], Set<string>] = [[], [], new Set()];
  let hasGraph = false;
  await stream.fields(Number.POSITIVE_INFINITY, async (field) => {
    if (field.number !== 7 || field.value !== undefined) return;
    hasGraph = true;
    await stream.fields(field.end, async (part) => {
      if (part.value !== undefined) return;
      if (part.number === 11) inputs.push(await readValue(stream, part));
      else if (part.number === 12) outputs.push(await readValue(stream, part));
      else if (part.number === 5) weights.add(await readTensorName(stream, part));
    });
  });
  await stream.drain();
  if (!hasGraph || outputs.length === 0) throw new NoMessage('it has no graph with outputs');
  return {
    inputs: inputs.filter(({ name }) => !weights.has(name)).map(partOf),
    outputs: outputs.map(partOf),
    params: null,
  };
}

function partOf({ name, dtype, shape }: Value): SignaturePart {
  // Sequences and maps, such as the probabilities of scikit-learn's classifiers.
  if (dtype === undefined) return { name, type: 'any' };
  return { name, type: 'tensor', 'tensor-spec': { dtype, shape } };
}

async function readTensorName(stream: ProtobufStream, { end }: Field): Promise<string> {
  let name = '';
  await stream.fields(end, async (field) => {
    if (field.number === 8 && field.value === undefined) name = await stream.text(field);
  });
  return name;
}

/** A ValueInfoProto: its name (1) and type (2), whose tensor type (1) has an element type (1) and a shape (2) of dimensions (1). */
async function readValue(stream: ProtobufStream, { end }: Field): Promise<Value> {
  const value: Value = { name: '', dtype: undefined, shape: [] };
  await stream.fields(end, async (field) => {
    if (field.value !== undefined) return;
    if (field.number === 1) value.name = await stream.text(field);
    if (field.number !== 2) return;
    await stream.fields(field.end, async (type) => {
      if (type.number !== 1 || type.value !== undefined) return;
      await stream.fields(type.end, async (part) => {
        if (part.number === 1 && part.value !== undefined)
          value.dtype = elementTypes[Number(part.value)] ?? `onnx type ${part.value}`;
        if (part.number === 2 && part.value === undefined) value.shape = await readShape(stream, part);
      });
    });
  });
  return value;
}

/** What is no number is free. */
async function readShape(stream: ProtobufStream, { end }: Field): Promise<number[]> {
  const shape: number[] = [];
  await stream.fields(end, async (dimension) => {
    let size = -1;
    if (dimension.value !== undefined) return;
    await stream.fields(dimension.end, async (part) => {
      if (part.number === 1 && part.value !== undefined) size = Number(part.value);
    });
    shape.push(size);
  });
  return shape;
}
