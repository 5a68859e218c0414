import { z } from 'zod';
import { badRequest, isDatatype } from './datatype.ts';
import type { Tensor } from './tensor.ts';
import { bytesOfTensor, tensorFromBytes } from './tensor-bytes.ts';
import { tensorFromJson } from './tensor-json.ts';

/** One inference as the protocol describes it, its tensors decoded. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly Tensor[];
  /** Undefined: all of the model's outputs. */
  readonly outputs: readonly RequestedOutput[] | undefined;
  /** What an output without a wish of its own gets. */
  readonly binaryOutputs: boolean;
}

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean | undefined;
}

const Parameters = z.record(z.string(), z.unknown()).optional();
const Shape = z.array(z.number().int().nonnegative());
const Head = z.object({
  id: z.string().optional(),
  parameters: Parameters,
  inputs: z
    .array(
      z.object({
        name: z.string(),
        datatype: z.string(),
        shape: Shape,
        parameters: Parameters,
        data: z.unknown().optional(),
      }),
    )
    .min(1),
  outputs: z.array(z.object({ name: z.string(), parameters: Parameters })).optional(),
});

/** The length of the JSON part of a body, as the header `Inference-Header-Content-Length` says it. */
export function parseHeaderLength(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (!/^\d{1,15}$/.test(value)) throw badRequest('Inference-Header-Content-Length is not a number');
  return Number(value);
}

/** Decodes a request's body: JSON alone, or JSON of `headerLength` bytes and the raw tensors after it. */
export function parseInferRequest(body: Uint8Array, headerLength: number | undefined): InferRequest {
  const length = headerLength ?? body.byteLength;
  if (length > body.byteLength)
    throw badRequest(`Inference-Header-Content-Length is ${length}, the body has ${body.byteLength} bytes`);
  const head = parseHead(Buffer.from(body.buffer, body.byteOffset, length).toString('utf8'));
  const names = new Set<string>();
  let position = length;
  const inputs = head.inputs.map(({ name, datatype, shape, parameters, data }): Tensor => {
    if (names.has(name)) throw badRequest(`the input "${name}" is there twice`);
    names.add(name);
    if (!isDatatype(datatype))
      throw badRequest(`"${name}" has the datatype ${datatype}, which is not served here`);
    const size = parameters?.binary_data_size;
    if (size === undefined) return tensorFromJson({ name, datatype, shape }, data);
    if (data !== undefined) throw badRequest(`"${name}" has both data and binary_data_size`);
    if (
      typeof size !== 'number' ||
      !Number.isSafeInteger(size) ||
      size < 0 ||
      position + size > body.byteLength
    )
      throw badRequest(`binary_data_size of "${name}" reaches beyond the body`);
    const bytes = body.subarray(position, position + size);
    position += size;
    return tensorFromBytes({ name, datatype, shape }, bytes);
  });
  if (position !== body.byteLength)
    throw badRequest(`${body.byteLength - position} bytes of the body belong to no input`);
  return {
    id: head.id,
    inputs,
    outputs: head.outputs?.map((output) => ({
      name: output.name,
      binary: wishOf(output.name, output.parameters),
    })),
    binaryOutputs: flag('binary_data_output', head.parameters?.binary_data_output) ?? false,
  };
}

function parseHead(text: string): z.infer<typeof Head> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw badRequest(`the request is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = Head.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badRequest(
    `the request's ${issue?.path.join('.') || 'body'} is not as the protocol says: ${issue?.message}`,
  );
}

function wishOf(name: string, parameters: z.infer<typeof Parameters>): boolean | undefined {
  if (parameters?.classification !== undefined)
    throw badRequest(
      `the output "${name}" asks for classification, which is not served here`,
      'Ask for the tensor.',
    );
  return flag('binary_data', parameters?.binary_data);
}

function flag(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw badRequest(`${name} is neither true nor false`);
}

export interface EncodedMessage {
  readonly header: string;
  /** Raw tensors in the order of the header. */
  readonly parts: readonly Uint8Array[];
}

/** A request with all tensors raw, asking for raw outputs: what a client of ours sends. */
export function encodeInferRequest(
  inputs: readonly Tensor[],
  outputs: readonly string[] | undefined,
): EncodedMessage {
  const parts = inputs.map(bytesOfTensor);
  const header = JSON.stringify({
    inputs: inputs.map(({ name, datatype, shape }, index) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: parts[index]?.byteLength },
    })),
    ...(outputs && { outputs: outputs.map((name) => ({ name })) }),
    parameters: { binary_data_output: true },
  });
  return { header, parts };
}
