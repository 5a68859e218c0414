import type { ModelSignature, SignaturePart } from '@visavox/core/model-signature';
import { Unzip, UnzipInflate } from 'fflate';
import { z } from 'zod';

const mostBytes = 16 * 1024 * 1024;

const Shape = z.array(z.number().nullable());
const Layer = z.object({
  class_name: z.string(),
  config: z.looseObject({
    name: z.string().optional(),
    batch_shape: Shape.optional(),
    dtype: z.unknown().optional(),
  }),
});
const Config = z.object({
  config: z.looseObject({ layers: z.array(Layer).optional() }),
  build_config: z.looseObject({ input_shape: Shape.optional() }).optional(),
});

export interface KerasModel {
  readonly kerasVersion: string | null;
  readonly signature: ModelSignature | null;
}

/** It is no file of `model.save("….keras")`. */
export class NoKerasFile extends Error {}

/** What a `.keras` file says that it takes. What it returns only computing it would say. Throws {@link NoKerasFile}. */
export async function readKeras(bytes: AsyncIterable<Uint8Array>): Promise<KerasModel> {
  const texts = await textsIn(bytes, ['config.json', 'metadata.json']);
  const config = Config.safeParse(json(texts.get('config.json')));
  if (!config.success) throw new NoKerasFile('it has no config.json of a model');
  const metadata = z
    .object({ keras_version: z.string().optional() })
    .safeParse(json(texts.get('metadata.json'))).data;
  const layers = config.data.config.layers ?? [];
  const inputs = layers
    .filter(({ class_name, config: { batch_shape } }) => class_name === 'InputLayer' && batch_shape)
    .map(({ config: { name, batch_shape = [], dtype } }) => part(name, batch_shape, dtype));
  const built = config.data.build_config?.input_shape;
  const known = inputs.length > 0 ? inputs : built ? [part(undefined, built, 'float32')] : null;
  return {
    kerasVersion: metadata?.keras_version ?? null,
    signature: known && { inputs: known, outputs: null, params: null },
  };
}

function part(name: string | undefined, shape: readonly (number | null)[], dtype: unknown): SignaturePart {
  return {
    ...(name !== undefined && { name }),
    type: 'tensor',
    'tensor-spec': {
      dtype: typeof dtype === 'string' ? dtype : 'float32',
      shape: shape.map((size) => size ?? -1),
    },
  };
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Some files of a ZIP archive, as it comes; the others are passed over. */
async function textsIn(
  bytes: AsyncIterable<Uint8Array>,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, Uint8Array[]>();
  let fault: Error | undefined;
  const unzip = new Unzip((file) => {
    if (!names.includes(file.name) || found.has(file.name)) return;
    const parts: Uint8Array[] = [];
    let size = 0;
    found.set(file.name, parts);
    file.ondata = (error, chunk) => {
      if (error) fault = error;
      size += chunk?.length ?? 0;
      if (size > mostBytes) {
        fault = new Error(`${file.name} is larger than ${mostBytes} bytes`);
        file.terminate();
      } else if (chunk) parts.push(chunk);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for await (const chunk of bytes) {
    if (fault) continue; // read on: a stream is checked at its end
    try {
      unzip.push(chunk);
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
    }
  }
  if (fault) throw new NoKerasFile(fault.message);
  return new Map([...found].map(([name, parts]) => [name, Buffer.concat(parts).toString('utf8')]));
}
