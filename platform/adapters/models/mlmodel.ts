import { ModelSignature } from '@visavox/core/model-signature';
import { parse } from 'yaml';
import { z } from 'zod';

const Parts = z.string().nullish();

/** The file `MLmodel` of a folder that MLflow saved, as far as it is read here. */
const MlmodelFile = z.looseObject({
  flavors: z.record(z.string(), z.looseObject({ python_version: z.string().optional() })),
  mlflow_version: z.string().optional(),
  signature: z.object({ inputs: Parts, outputs: Parts, params: Parts }).nullish(),
  saved_input_example_info: z
    .looseObject({
      artifact_path: z.string(),
      type: z.string().optional(),
      serving_input_path: z.string().optional(),
    })
    .nullish(),
});

export interface Mlmodel {
  readonly flavours: readonly string[];
  readonly python: string | null;
  readonly mlflow: string | null;
  readonly signature: ModelSignature | null;
  /** Relative to the file's folder. */
  readonly example: { readonly path: string; readonly serving: boolean; readonly type: string | null } | null;
}

/** It is no `MLmodel` file, and why. */
export class NoMlmodel extends Error {}

export function readMlmodel(text: string): Mlmodel {
  const file = MlmodelFile.safeParse(yamlIn(text));
  if (!file.success) {
    const [issue] = file.error.issues;
    throw new NoMlmodel(`${issue?.path.join('.') || 'the file'}: ${issue?.message}`);
  }
  const { flavors, mlflow_version, signature, saved_input_example_info: saved } = file.data;
  return {
    flavours: Object.keys(flavors),
    python: flavors.python_function?.python_version ?? null,
    mlflow: mlflow_version ?? null,
    signature: signature ? signatureOf(signature) : null,
    example: saved
      ? {
          path: saved.serving_input_path ?? saved.artifact_path,
          serving: saved.serving_input_path !== undefined,
          type: saved.type ?? null,
        }
      : null,
  };
}

function yamlIn(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new NoMlmodel(error instanceof Error ? error.message : String(error));
  }
}

/** Each of its three parts is JSON in a text. */
function signatureOf(texts: {
  readonly inputs?: string | null | undefined;
  readonly outputs?: string | null | undefined;
  readonly params?: string | null | undefined;
}): ModelSignature {
  const json = (text: string | null | undefined): unknown => (text ? JSON.parse(text) : null);
  let parts: unknown;
  try {
    parts = { inputs: json(texts.inputs), outputs: json(texts.outputs), params: json(texts.params) };
  } catch (error) {
    throw new NoMlmodel(`signature: ${error instanceof Error ? error.message : String(error)}`);
  }
  const signature = ModelSignature.safeParse(parts);
  if (signature.success) return signature.data;
  const [issue] = signature.error.issues;
  throw new NoMlmodel(`signature.${issue?.path.join('.')}: ${issue?.message}`);
}
