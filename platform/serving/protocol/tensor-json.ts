import { badRequest, type Datatype, type NumberArray, representationOf } from './datatype.ts';
import { elementCount, type Tensor } from './tensor.ts';
import { isTexts, type TensorHead } from './tensor-bytes.ts';

/** Reads a tensor's JSON content: flat in row-major order, or nested as its shape says. */
export function tensorFromJson(head: TensorHead, content: unknown): Tensor {
  const { name, datatype, shape } = head;
  if (datatype === 'FP16')
    throw badRequest(
      `"${name}" is FP16, which JSON does not carry`,
      'Send it with the binary tensor extension.',
    );
  if (!Array.isArray(content)) throw badRequest(`"${name}" has no data: expected an array`);
  const count = elementCount(name, shape);
  const flat = Array.isArray(content[0]) ? flatten(name, content, shape) : content;
  if (flat.length !== count)
    throw badRequest(`"${name}" has ${flat.length} elements; the shape [${shape.join(', ')}] takes ${count}`);
  return { name, datatype, shape, data: parseElements(name, datatype, flat) };
}

function flatten(name: string, content: readonly unknown[], shape: readonly number[]): unknown[] {
  let level: readonly unknown[] = [content];
  for (const size of shape) {
    const next: unknown[] = [];
    for (const part of level) {
      if (!Array.isArray(part) || part.length !== size)
        throw badRequest(`the nested data of "${name}" do not have the shape [${shape.join(', ')}]`);
      for (const element of part) next.push(element);
    }
    level = next;
  }
  return [...level];
}

function parseElements(name: string, datatype: Datatype, values: readonly unknown[]): Tensor['data'] {
  const { array, range } = representationOf(datatype);
  if (array === null)
    return values.map((value) => (typeof value === 'string' ? value : refuse(name, datatype, value)));
  const data = new array(values.length);
  if (datatype === 'BOOL') {
    for (const [index, value] of values.entries())
      data[index] =
        value === true || value === 1
          ? 1
          : value === false || value === 0
            ? 0
            : refuse(name, datatype, value);
  } else if (range === null) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      data[index] = typeof value === 'number' ? value : refuse(name, datatype, value);
    }
  } else {
    const [low, high] = [Number(range[0]), Number(range[1])];
    const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < low || value > high)
        refuse(name, datatype, value);
      else data[index] = wide ? BigInt(value) : value;
    }
  }
  return data;
}

function refuse(name: string, datatype: Datatype, value: unknown): never {
  const text = String(JSON.stringify(value)).slice(0, 40);
  const big = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
  throw badRequest(
    `"${name}" is ${datatype} and holds ${text}${big ? ', an integer beyond 2^53 that JSON does not carry safely' : ''}`,
    big ? 'Send it with the binary tensor extension.' : undefined,
  );
}

/** A tensor's content as JSON text. 64-bit integers keep all their digits. */
export function jsonOfData(tensor: Tensor): string {
  const { data, datatype, name } = tensor;
  if (isTexts(data)) return JSON.stringify(data);
  if (datatype === 'FP16')
    throw badRequest(
      `the output "${name}" is FP16, which JSON does not carry`,
      'Ask for it with "binary_data": true.',
    );
  if (datatype === 'BOOL') return `[${Array.from(data as Uint8Array, (value) => value === 1).join(',')}]`;
  if (hasNonFinite(data))
    throw badRequest(
      `the output "${name}" holds a value that is not finite, which JSON does not carry`,
      'Ask for it with "binary_data": true.',
    );
  return `[${data.join(',')}]`;
}

function hasNonFinite(data: NumberArray): boolean {
  return (data instanceof Float32Array || data instanceof Float64Array) && !data.every(Number.isFinite);
}
