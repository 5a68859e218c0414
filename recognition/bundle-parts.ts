import { type Digest, digestOfJson, shortDigest } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import type { BundleManifest } from '@visavox/core/model';
import { z } from 'zod';
import { FACE_CROP, type FaceAlignment, FIRST_ALIGNMENT } from './face-finding/face-alignment.ts';
import type { FeatureKey } from './feature-cache.ts';

export type Modality = 'face' | 'voice';
export const modalities: readonly Modality[] = ['face', 'voice'];

const Place = z.tuple([z.number(), z.number()]);

/** Of a face network, in a manifest; one that says nothing has networks of the first releases. */
export const FaceAlignmentProperties = z.object({
  canvas: z.number().int().positive().default(FACE_CROP),
  points: z.tuple([Place, Place, Place, Place, Place]).optional(),
}) satisfies z.ZodType<FaceAlignment>;

/** What a bundle of this project says about itself. */
export const RecogniserProperties = z.object({
  dimension: z.object({ face: z.number().int().positive(), voice: z.number().int().positive() }),
  preprocessing: z.string(),
  backbones: z.object({ face: FaceAlignmentProperties.optional() }).optional(),
});
export type RecogniserProperties = z.infer<typeof RecogniserProperties>;

export function propertiesOf(manifest: BundleManifest): RecogniserProperties {
  return RecogniserProperties.parse(manifest.properties);
}

export function faceAlignmentOf({ backbones }: RecogniserProperties): FaceAlignment {
  return backbones?.face ?? FIRST_ALIGNMENT;
}

/**
 * What training starts from, beside the head that is served: its weights as safetensors. Bundles with a head that was not
 * trained here have none.
 */
export const headWeightsFile = (modality: Modality) => `${modality}-head.safetensors`;

export function fileDigest(manifest: BundleManifest, path: string): Digest {
  const file = manifest.files.find((candidate) => candidate.path === path);
  if (!file) throw new SystemError(`the bundle has no file ${path}`);
  return file.digest;
}

/** What a recording's features depend on: not on the head, so a new head needs no new features. */
export function featureSource(manifest: BundleManifest, modality: Modality): Omit<FeatureKey, 'sample'> {
  const properties = propertiesOf(manifest);
  return {
    backbone: fileDigest(manifest, `${modality}-backbone.onnx`),
    preprocessing:
      modality === 'face'
        ? `${properties.preprocessing}${alignmentName(faceAlignmentOf(properties))}`
        : properties.preprocessing,
  };
}

/** Whether two bundles have the same features of a modality. */
export function sameFeatures(one: BundleManifest, other: BundleManifest, modality: Modality): boolean {
  const [own, its] = [featureSource(one, modality), featureSource(other, modality)];
  return own.backbone === its.backbone && own.preprocessing === its.preprocessing;
}

/** Nothing for the alignment of the first releases, so that what was computed under it is found. */
function alignmentName({ points }: FaceAlignment): string {
  return points ? `.points-${shortDigest(digestOfJson(points))}` : '';
}

/** The modalities whose networks an operator plugged in: those have a name. */
export function pluggedBackbones({ properties }: BundleManifest): Modality[] {
  const { backbones = {} } = Named.parse(properties);
  return modalities.filter((modality) => backbones[modality]?.name !== undefined);
}

const Named = z.object({
  backbones: z.record(z.string(), z.object({ name: z.string().optional() })).optional(),
});
