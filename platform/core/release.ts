import { z } from 'zod';
import { Digest } from './digest.ts';

/**
 * `preparing`: not serving yet, its acceptance hook runs. At most one release of a model is `champion` in an environment.
 * `held-back`: the gate or the acceptance hook refused it, and `reason` says why.
 */
export const ReleaseStage = z.enum(['preparing', 'shadow', 'canary', 'champion', 'retired', 'held-back']);
export type ReleaseStage = z.infer<typeof ReleaseStage>;

export const Release = z.object({
  id: z.string(),
  environment: z.string(),
  model: z.string(),
  version: z.number().int().positive(),
  bundle: Digest,
  stage: ReleaseStage,
  reason: z.string(),
  /** The version of its environment's settings that it went out with; left out by those from before there were any. */
  settings: Digest.optional(),
  /** Who asked for its stage; left out where the platform did it by itself. */
  by: z.string().optional(),
  createdAt: z.string(),
  /** When it last became champion. */
  promotedAt: z.string().nullable(),
});
export type Release = z.infer<typeof Release>;

/** What became of a release at one time: a later reason takes the place of an earlier one in the release, and never here. */
export const ReleaseEvent = Release.pick({
  environment: true,
  model: true,
  version: true,
  stage: true,
}).extend({
  at: z.string(),
  /** The id of the release. */
  release: z.string(),
  reason: z.string(),
  by: z.string().optional(),
});
export type ReleaseEvent = z.infer<typeof ReleaseEvent>;

/** Whether it serves, or may come to: neither refused nor followed by another. */
export function isUp({ stage }: Pick<Release, 'stage'>): boolean {
  return stage !== 'retired' && stage !== 'held-back';
}

/** Of the releases of a model in an environment, newest first: what serves, and the newest that was brought up beside it. */
export function standing<R extends Pick<Release, 'stage'>>(
  releases: readonly R[],
): { readonly champion: R | undefined; readonly challenger: R | undefined } {
  return {
    champion: releases.find(({ stage }) => stage === 'champion'),
    challenger: releases.find(isChallenger),
  };
}

/** Whether it was proposed beside the champion. */
export function isChallenger(release: Pick<Release, 'stage'>): boolean {
  return isUp(release) && release.stage !== 'champion';
}
