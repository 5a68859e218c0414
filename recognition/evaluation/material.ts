import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import { messageOf, UserError } from '@visavox/core/errors';
import type { CommandContext } from 'visavox/plugin';
import { progressOf } from 'visavox/progress';
import { enrolledCondition } from '../augmentation/copies.ts';
import { readBackboneManifest } from '../backbone/manifest.ts';
import { pluggedBundle } from '../backbone/plugged-bundle.ts';
import { publishedBundle } from '../bundle.ts';
import type { Modality } from '../bundle-parts.ts';
import type { Recogniser } from '../recogniser.ts';
import { networksFolder, setupFolder } from '../setup-folder.ts';
import { type Acquired, type AcquisitionOptions, acquire } from './acquisition.ts';
import { type Comparison, type Recording, readFacePairs, readVoiceTrials } from './lists.ts';
import { registeredBundle } from './registered-bundle.ts';

export const PROJECT = resolve(import.meta.dirname, '..', '..');

export interface MaterialOptions {
  readonly faces: string;
  readonly voices: string;
  readonly root: string;
  readonly cache: boolean;
}

export interface ModelOptions {
  readonly model?: string | undefined;
  readonly networks?: string | undefined;
  /** A manifest of a network that is plugged in for this evaluation. */
  readonly backbone?: string | undefined;
}

/** The networks that are asked for, or those of set-up. */
export function networksOf({ networks }: ModelOptions): string {
  return networks ?? networksFolder();
}

/** The model that is evaluated, and what it is called. */
export async function modelOf(
  options: ModelOptions,
  context: CommandContext,
): Promise<BundleFiles & { readonly model: string }> {
  const bundle = options.model
    ? await registeredBundle(options.model, context)
    : await publishedBundle(networksOf(options));
  const model = options.model ?? 'published';
  if (!options.backbone) return { ...bundle, model };
  const { manifest, beside } = await readBackboneManifest(options.backbone);
  const plugged = await pluggedBundle(bundle, manifest, { beside, setup: setupFolder() });
  return { ...plugged, model: `${model} with ${manifest.name}` };
}

export type Lists = Readonly<Record<Modality, readonly Comparison[]>>;

export async function readLists({ faces, voices }: MaterialOptions): Promise<Lists> {
  return {
    face: readFacePairs(await readList(faces), faces),
    voice: readVoiceTrials(await readList(voices), voices),
  };
}

export async function readList(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UserError({
      kind: 'not-found',
      code: 'list_missing',
      message: `${path} cannot be read: ${messageOf(cause)}`,
      action: 'Check the path of the list.',
      cause,
    });
  }
}

export const recordingsIn = (comparisons: readonly Comparison[]): readonly Recording[] =>
  comparisons.flatMap((one) => [...one.enrolled, one.probe]);

/** The condition of the copy that stands beside a recording where templates are made so. */
export const enrolledBeside = (modality: Modality) => (sample: Digest) => [
  enrolledCondition(modality, sample),
];

/** Where features are kept between evaluations. */
export const featuresFolder = () => join(PROJECT, '.visavox', 'cache', 'features');

/** Features of recordings, from the cache where they were computed before. */
export function acquireFor(
  { recogniser, manifest }: { recogniser: Recogniser; manifest: BundleFiles['manifest'] },
  modality: Modality,
  recordings: readonly Recording[],
  { root, cache, copiesOf }: Pick<MaterialOptions, 'root' | 'cache'> & Pick<AcquisitionOptions, 'copiesOf'>,
): Promise<ReadonlyMap<string, Acquired>> {
  return acquire(recogniser, manifest, modality, recordings, {
    root,
    cache: cache ? featuresFolder() : null,
    lanes: Math.min(4, availableParallelism()),
    progress: (total) => progressOf(modality === 'face' ? 'faces' : 'voices', total, ' recordings'),
    ...(copiesOf ? { copiesOf } : {}),
  });
}
