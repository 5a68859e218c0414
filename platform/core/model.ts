import { z } from 'zod';
import { Digest, digestOfJson } from './digest.ts';

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
