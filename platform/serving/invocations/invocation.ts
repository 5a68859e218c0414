import { readInvocation } from '@visavox/core/model-input';
import type { ModelSignature, TensorSignature } from '../models/signature.ts';
import { badRequest } from '../protocol/datatype.ts';
import type { Tensor } from '../protocol/tensor.ts';
import { tensorFromJson } from '../protocol/tensor-json.ts';

const forms = 'dataframe_split, dataframe_records, instances or inputs';

export interface Invocation {
  readonly inputs: readonly Tensor[];
  /** A table is answered by one. */
  readonly isTable: boolean;
}

/** What is sent to MLflow's `/invocations`, as the tensors of an ONNX model: as MLflow's own ONNX flavour takes it. */
export function parseInvocation(body: Uint8Array, signature: ModelSignature): Invocation {
  const input = readInvocation(parsed(body));
  if (!input) throw badRequest(`expected an object with one of ${forms}`);
  const [only, another] = signature.inputs;
  switch (input.kind) {
    case 'table': {
      const { columns, rows } = input;
      if (only && !another) return { inputs: [tensorOf(only, rows)], isTable: true };
      const named = new Map((columns ?? []).map((name, index) => [name, rows.map((row) => row[index])]));
      const present = signature.inputs.filter(({ name }) => named.has(name));
      return { inputs: present.map((one) => tensorOf(one, named.get(one.name))), isTable: true };
    }
    case 'tensor': {
      if (!only || another)
        throw badRequest(
          `expected a tensor for each of ${signature.inputs.map(({ name }) => `"${name}"`).join(', ')}, received one`,
          'Send "inputs" as an object with a tensor of each name.',
        );
      return { inputs: [tensorOf(only, input.tensor)], isTable: false };
    }
    case 'tensors': {
      const inputs = Object.entries(input.tensors).map(([name, value]) =>
        tensorOf(signature.inputs.find((one) => one.name === name) ?? { name, datatype: 'FP32' }, value),
      );
      return { inputs, isTable: false };
    }
  }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    throw badRequest(`the body is no JSON; expected an object with one of ${forms}`);
  }
}

function tensorOf({ name, datatype }: Pick<TensorSignature, 'name' | 'datatype'>, value: unknown): Tensor {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  return tensorFromJson({ name, datatype, shape }, shape.length === 0 ? [value] : value);
}
