import { Digest } from '@visavox/core/digest';
import { z } from 'zod';

/** A training that is under way. */
export const Training = z.object({
  phase: z.enum(['submitting', 'running', 'releasing']),
  run: z.string(),
  dataset: Digest,
  trigger: z.string(),
  /** The offered model that it starts from. */
  base: Digest.optional(),
});
export type Training = z.infer<typeof Training>;

/** What a controller remembers between two ticks, and over a crash. */
export const Memory = z.object({
  training: Training.nullable(),
  /** Asked for by hand and not started yet. */
  requested: z.string().nullable(),
  /** The dataset of the newest run that came to an end by itself: what is new is counted from here. */
  trainedOn: Digest.nullable(),
  lastFailure: z.object({ run: z.string(), at: z.string(), reason: z.string() }).nullable(),
  /** How often the release in hand could not be prepared. */
  prepareFailures: z.number().int(),
  /** The version that the registry's alias `champion` was last set to. */
  alias: z.string().nullable(),
  /** Nothing is begun by itself until somebody goes on; what is under way is finished, what is asked for is done. */
  paused: z.boolean().default(false),
  /** The offered model that was dealt with last, whatever became of it. */
  offered: Digest.nullable().default(null),
  /** How many trainings from the present offer did not succeed. */
  offerFailures: z.number().int().default(0),
});
export type Memory = z.infer<typeof Memory>;

export const blank: Memory = {
  training: null,
  requested: null,
  trainedOn: null,
  lastFailure: null,
  prepareFailures: 0,
  alias: null,
  paused: false,
  offered: null,
  offerFailures: 0,
};
