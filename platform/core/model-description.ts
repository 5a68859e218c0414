import { z } from 'zod';
import { ModelSignature } from './model-signature.ts';

/** What the files of a bundle say of the model that they are. It follows from the bundle alone. */
export const ModelDescription = z.object({
  format: z.literal(1),
  /** `sklearn`, `onnx`, `keras`, … ; null where nothing here knows what the files are. */
  flavour: z.string().nullable(),
  /** All of an MLflow model, such as `python_function`. */
  flavours: z.array(z.string()),
  /** The file that says so: `MLmodel`, `iris.onnx`. */
  file: z.string().nullable(),
  signature: ModelSignature.nullable(),
  /** An input as `/invocations` takes it, or as MLflow saved it. */
  example: z.string().nullable(),
  card: z.string().nullable(),
  licence: z.string().nullable(),
  /** Packages that it is loaded with: `scikit-learn==1.9.1`. */
  requirements: z.array(z.string()),
  /** Of Python, as it was saved. */
  python: z.string().nullable(),
  /** What keeps it from being registered. */
  faults: z.array(z.object({ code: z.string(), message: z.string(), action: z.string() })),
});
export type ModelDescription = z.infer<typeof ModelDescription>;
