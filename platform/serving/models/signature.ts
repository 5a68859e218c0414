import { badRequest, type Datatype, datatypeOfOnnx } from '../protocol/datatype.ts';
import type { Tensor } from '../protocol/tensor.ts';
import type { LoadedTensor } from './worker-messages.ts';

/** A size that the graph leaves free is a name, or '' where it has none. */
export interface TensorSignature {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly (number | string)[];
}

export interface ModelSignature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

/** Answers undefined when the protocol has no name for the tensor's type. */
export function tensorSignature(tensor: LoadedTensor): TensorSignature | undefined {
  const datatype = datatypeOfOnnx(tensor.type);
  return datatype && { name: tensor.name, datatype, shape: tensor.shape };
}

/** Holds a request against the model: which inputs, of which datatype and shape; a free size may be anything. */
export function checkInputs(model: string, signature: ModelSignature, inputs: readonly Tensor[]): void {
  for (const input of inputs) {
    const expected = signature.inputs.find(({ name }) => name === input.name);
    if (!expected)
      throw badRequest(
        `the model "${model}" has no input "${input.name}"; it takes ${names(signature.inputs)}`,
      );
    if (input.datatype !== expected.datatype)
      throw badRequest(
        `"${input.name}" is ${input.datatype}; the model "${model}" takes ${expected.datatype}`,
      );
    const fits =
      input.shape.length === expected.shape.length &&
      expected.shape.every((size, axis) => typeof size === 'string' || size === input.shape[axis]);
    if (!fits)
      throw badRequest(
        `"${input.name}" has the shape [${input.shape.join(', ')}]; the model "${model}" takes [${protocolShape(expected).join(', ')}]`,
      );
  }
  const missing = signature.inputs.filter(({ name }) => !inputs.some((input) => input.name === name));
  if (missing.length > 0) throw badRequest(`the model "${model}" misses the input ${names(missing)}`);
}

export function checkOutputs(model: string, signature: ModelSignature, wanted: readonly string[]): void {
  for (const name of wanted) {
    if (!signature.outputs.some((output) => output.name === name))
      throw badRequest(`the model "${model}" has no output "${name}"; it has ${names(signature.outputs)}`);
  }
}

/** A free size is -1 in the protocol. */
export function protocolShape(tensor: TensorSignature): number[] {
  return tensor.shape.map((size) => (typeof size === 'string' ? -1 : size));
}

function names(tensors: readonly TensorSignature[]): string {
  return tensors.map(({ name }) => `"${name}"`).join(', ');
}
