import type { Digest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { z } from 'zod';
import type { FeatureKey } from './feature-cache.ts';

export type Modality = 'face' | 'voice';
export const modalities: readonly Modality[] = ['face', 'voice'];

const Properties = z.object({
  dimension: z.object({ face: z.number().int().positive(), voice: z.number().int().positive() }),
  preprocessing: z.string(),
});

export function propertiesOf(manifest: BundleManifest): z.infer<typeof Properties> {
  return Properties.parse(manifest.properties);
}

export function fileDigest(manifest: BundleManifest, path: string): Digest {
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (!file) throw new SystemError(`the bundle has no file ${path}`);
  return file.digest;
}

/** What a recording's features depend on: not on the head, so a new head needs no new features. */
export function featureSource(manifest: BundleManifest, modality: Modality): Omit<FeatureKey, 'sample'> {
  return {
    backbone: fileDigest(manifest, `${modality}-backbone.onnx`),
    preprocessing: propertiesOf(manifest).preprocessing,
  };
}
