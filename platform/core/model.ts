import { z } from 'zod';
import { Digest, digestOfJson } from './digest.ts';
import { UserError } from './errors.ts';

/** A model's files, by digest, and what the model's own project says about it. Its name is the digest of this manifest. */
export const BundleManifest = z.object({
  format: z.literal(1),
  name: z.string(),
  files: z.array(z.object({ path: z.string(), digest: Digest, bytes: z.number().int().nonnegative() })),
  /** The bundle that this one was trained from; null for a published one. */
  parent: Digest.nullable(),
  /** Read by the model's own project only. */
  properties: z.record(z.string(), z.unknown()),
});
export type BundleManifest = z.infer<typeof BundleManifest>;

export function bundleDigest(manifest: BundleManifest): Digest {
  return digestOfJson(manifest);
}

/** A version in the model registry. */
export const ModelVersion = z.object({
  name: z.string(),
  version: z.number().int().positive(),
  bundle: Digest,
  /** The pipeline run that made it. */
  run: z.string().nullable(),
  createdAt: z.string(),
  metrics: z.record(z.string(), z.number()),
});
export type ModelVersion = z.infer<typeof ModelVersion>;

export function modelReference(model: Pick<ModelVersion, 'name' | 'version'>): string {
  return `${model.name}:${model.version}`;
}

/** Of a model or an environment: part of addresses, keys in stores and names in the registry. */
export const Name = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'a name has letters, digits, dots, hyphens and underscores, 100 at most, and begins with a letter or digit',
  );

/** `name:version` or `name@alias`. An alias is resolved by whoever keeps the releases. */
export type ModelReference =
  | { readonly name: string; readonly version: number }
  | { readonly name: string; readonly alias: string };

/** Reads what people write. Throws a UserError `model_reference_invalid`. */
export function parseModelReference(text: string): ModelReference {
  const [, name = '', version, alias = ''] =
    /^([A-Za-z0-9][A-Za-z0-9._-]{0,99})(?::([1-9][0-9]{0,8})|@([a-z]{1,30}))$/.exec(text) ?? [];
  if (version !== undefined) return { name, version: Number(version) };
  if (alias !== '') return { name, alias };
  throw new UserError({
    kind: 'invalid',
    code: 'model_reference_invalid',
    message: `"${text}" names no model version`,
    action:
      'Write NAME:VERSION or NAME@ALIAS, such as digits:3 or digits@champion; "visavox models list" shows them.',
  });
}
