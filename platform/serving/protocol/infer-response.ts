import { z } from 'zod';
import { badRequest, isDatatype } from './datatype.ts';
import type { EncodedMessage, InferRequest } from './infer-request.ts';
import type { Tensor } from './tensor.ts';
import { bytesOfTensor, tensorFromBytes } from './tensor-bytes.ts';
import { jsonOfData, tensorFromJson } from './tensor-json.ts';

export interface ModelName {
  readonly name: string;
  readonly version: string;
}

/** The answer to `request`; each output raw or as JSON, as the request asked. */
export function encodeInferResponse(
  model: ModelName,
  request: InferRequest,
  outputs: readonly Tensor[],
): EncodedMessage {
  const wishes = new Map(request.outputs?.map(({ name, binary }) => [name, binary]));
  const parts: Uint8Array[] = [];
  const described = outputs.map((tensor) => {
    const head = `"name":${JSON.stringify(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`;
    if (!(wishes.get(tensor.name) ?? request.binaryOutputs)) return `{${head},"data":${jsonOfData(tensor)}}`;
    const bytes = bytesOfTensor(tensor);
    parts.push(bytes);
    return `{${head},"parameters":{"binary_data_size":${bytes.byteLength}}}`;
  });
  const id = request.id === undefined ? '' : `"id":${JSON.stringify(request.id)},`;
  const header = `{${id}"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)},"outputs":[${described.join(',')}]}`;
  return { header, parts };
}

const Head = z.object({
  model_name: z.string(),
  model_version: z.string().optional(),
  outputs: z.array(
    z.object({
      name: z.string(),
      datatype: z.string(),
      shape: z.array(z.number().int().nonnegative()),
      parameters: z.object({ binary_data_size: z.number().int().nonnegative().optional() }).optional(),
      data: z.unknown().optional(),
    }),
  ),
});

export interface InferResponse {
  readonly model: string;
  readonly version: string | undefined;
  readonly outputs: readonly Tensor[];
}

export function parseInferResponse(body: Uint8Array, headerLength: number | undefined): InferResponse {
  const length = Math.min(headerLength ?? body.byteLength, body.byteLength);
  const head = Head.parse(JSON.parse(Buffer.from(body.buffer, body.byteOffset, length).toString('utf8')));
  let position = length;
  const outputs = head.outputs.map(({ name, datatype, shape, parameters, data }): Tensor => {
    if (!isDatatype(datatype)) throw badRequest(`the output "${name}" has an unknown datatype ${datatype}`);
    const size = parameters?.binary_data_size;
    if (size === undefined) return tensorFromJson({ name, datatype, shape }, data);
    position += size;
    return tensorFromBytes({ name, datatype, shape }, body.subarray(position - size, position));
  });
  return { model: head.model_name, version: head.model_version, outputs };
}
