import { badRequest, type Datatype, type NumberArray } from './datatype.ts';

/** `data` in row-major order. BYTES are text: onnxruntime knows no other strings. */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: NumberArray | readonly string[];
}

/** How many elements a shape holds. The product stays exact: a shape beyond 2^53 elements is refused. */
export function elementCount(name: string, shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  if (!Number.isSafeInteger(count) || count < 0)
    throw badRequest(`the shape [${shape.join(', ')}] of "${name}" is not possible`);
  return count;
}
