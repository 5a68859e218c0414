import { badRequest, type Datatype, type NumberArray, representationOf } from './datatype.ts';
import { elementCount, type Tensor } from './tensor.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export interface TensorHead {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/**
 * Reads a tensor's raw content: little-endian elements, or for BYTES a 4-byte length before each. The answer
 * is a view of `bytes` where alignment allows it, a copy otherwise.
 */
export function tensorFromBytes(head: TensorHead, bytes: Uint8Array): Tensor {
  const { name, datatype, shape } = head;
  const count = elementCount(name, shape);
  const { array } = representationOf(datatype);
  if (array === null) return { name, datatype, shape, data: textsFromBytes(name, bytes, count) };
  if (bytes.byteLength !== count * array.BYTES_PER_ELEMENT)
    throw badRequest(
      `"${name}" has ${bytes.byteLength} bytes; ${datatype} of shape [${shape.join(', ')}] takes ${count * array.BYTES_PER_ELEMENT}`,
    );
  const data = viewOrCopy(array, bytes, count);
  if (datatype === 'BOOL') checkBooleans(name, data);
  return { name, datatype, shape, data };
}

/** The raw content of a tensor; a view of its data where there is one. */
export function bytesOfTensor(tensor: Tensor): Uint8Array {
  const { data } = tensor;
  if (isTexts(data)) return bytesOfTexts(data);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return littleEndian ? bytes : swapped(bytes, data.BYTES_PER_ELEMENT);
}

export function isTexts(data: Tensor['data']): data is readonly string[] {
  return Array.isArray(data);
}

function viewOrCopy(
  array: NonNullable<ReturnType<typeof representationOf>['array']>,
  bytes: Uint8Array,
  count: number,
): NumberArray {
  const size = array.BYTES_PER_ELEMENT;
  if (littleEndian && bytes.byteOffset % size === 0 && bytes.buffer instanceof ArrayBuffer)
    return new array(bytes.buffer, bytes.byteOffset, count);
  const copy = littleEndian ? new Uint8Array(bytes) : swapped(bytes, size);
  return new array(copy.buffer, 0, count);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  for (let start = 0; start < copy.length; start += size) copy.subarray(start, start + size).reverse();
  return copy;
}

function checkBooleans(name: string, data: NumberArray): void {
  for (const value of data) {
    if (value !== 0 && value !== 1)
      throw badRequest(`"${name}" is BOOL and holds the byte ${value}; expected 0 or 1`);
  }
}

function textsFromBytes(name: string, bytes: Uint8Array, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let position = 0;
  while (position < bytes.byteLength && texts.length < count) {
    const end = position + 4 <= bytes.byteLength ? position + 4 + view.getUint32(position, true) : Infinity;
    if (end > bytes.byteLength) throw badRequest(`"${name}": an element of BYTES reaches beyond the data`);
    texts.push(textOf(name, bytes.subarray(position + 4, end)));
    position = end;
  }
  if (texts.length !== count || position !== bytes.byteLength)
    throw badRequest(`"${name}" does not hold exactly the ${count} elements of BYTES that its shape says`);
  return texts;
}

export function textOf(name: string, bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw badRequest(`"${name}" holds BYTES that are not UTF-8; models of this server take text`);
  }
}

function bytesOfTexts(texts: readonly string[]): Uint8Array {
  const parts = texts.map((text) => Buffer.from(text, 'utf8'));
  const bytes = Buffer.allocUnsafe(parts.reduce((total, part) => total + 4 + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.writeUInt32LE(part.length, position);
    part.copy(bytes, position + 4);
    position += 4 + part.length;
  }
  return bytes;
}
