import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '@visavox/core/errors';
import { z } from 'zod';
import { StraightMap } from '../signals/straight-calibration.ts';

const Channel3 = z.tuple([z.number(), z.number(), z.number()]);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

/** Where the network's file is: beside the manifest, or to be fetched. Its digest decides either way. */
const Location = z
  .object({
    file: z.string().min(1).optional(),
    url: z.url({ protocol: /^https?$/ }).optional(),
    sha256: Sha256,
    bytes: z
      .number()
      .int()
      .positive()
      .max(2 * 1024 ** 3),
  })
  .refine(({ file, url }) => (file === undefined) !== (url === undefined), 'either file or url');

const common = {
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,40}$/, 'lower-case letters, digits and dashes'),
  network: Location,
  /** The output with the features, where the network has several; the first unless it is named. */
  output: z.string().min(1).optional(),
  dimension: z.number().int().min(8).max(4096),
  licence: z.string().min(1),
  source: z.string().min(1),
  /**
   * Joins the recogniser's own network instead of taking its place: features of both, of unit length, one after the other, so that
   * a cosine is the mean of both networks' cosines, in which this one has the `share`.
   */
  ensemble: z.strictObject({ share: z.number().gt(0).lt(1) }).optional(),
  /** For as long as nobody is enrolled to fit another on; of an ensemble, for both together. */
  calibration: StraightMap.optional(),
};

/** What a network is that an operator plugs in: enough to feed it and to know whether one may. */
export const BackboneManifest = z.discriminatedUnion('modality', [
  z.strictObject({
    ...common,
    modality: z.literal('face'),
    input: z.strictObject({
      /** Width and height that the network takes. */
      size: z.number().int().min(32).max(512),
      channels: z.enum(['rgb', 'bgr']),
      layout: z.enum(['nchw', 'nhwc']),
      /** In the order of `channels`: (value of 0 to 255 - mean) x scale. */
      mean: Channel3,
      scale: Channel3,
      /** Whether the mirrored image is averaged in. */
      mirror: z.boolean().default(true),
      /**
       * By what it wants faces aligned: by five points at the places that ArcFace's authors chose and most networks
       * since are trained for, or by the distance from the eyes to the mouth without turning the head.
       */
      alignment: z.enum(['five-points', 'eyes-to-mouth']).default('eyes-to-mouth'),
      /** Side of the square that it sees, of the side that this alignment gives it. */
      view: z.number().min(0.5).max(2).default(1),
    }),
  }),
  z.strictObject({
    ...common,
    modality: z.literal('voice'),
    input: z.strictObject({
      sampleRate: z.literal(16_000),
      layout: z.enum(['samples', 'channel-samples']),
      /** 1 for samples of -1 to 1, 32768 for those of 16 bits. */
      scale: z.number().positive(),
    }),
  }),
]);
export type BackboneManifest = z.infer<typeof BackboneManifest>;

export function parseBackboneManifest(text: string, name: string): BackboneManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid(`${name} is not JSON`, cause);
  }
  const parsed = BackboneManifest.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(`${name}, ${issue?.path.join('.') || 'the whole'}: ${issue?.message}`, parsed.error);
}

/** The manifest in a file, and the folder that a file in it starts from. */
export async function readBackboneManifest(
  path: string,
): Promise<{ readonly manifest: BackboneManifest; readonly beside: string }> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError({
      kind: 'not-found',
      code: 'backbone_manifest_missing',
      message: `${path} cannot be read: ${messageOf(cause)}`,
      action: 'Check the path of the manifest.',
      cause,
    });
  });
  return { manifest: parseBackboneManifest(text, path), beside: resolve(dirname(path)) };
}

function invalid(message: string, cause: unknown): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'backbone_manifest_invalid',
    message,
    action: 'Write the manifest as docs/recogniser.md shows it.',
    cause,
  });
}
