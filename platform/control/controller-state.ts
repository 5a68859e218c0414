import { Digest } from '@visavox/core/digest';
import type { RunRequest } from '@visavox/core/ports';
import { Parameter } from '@visavox/core/run';
import { z } from 'zod';

/** What is submitted, written down whole before it is. */
export const StoredRequest = z.object({
  id: z.string(),
  pipelineSpec: z.unknown(),
  parameters: z.record(z.string(), Parameter),
  datasets: z.array(Digest).readonly(),
  trigger: z.string(),
  seed: z.number().int(),
  useCache: z.boolean(),
  by: z.string().optional(),
}) satisfies z.ZodType<RunRequest>;

/** A training that is under way. */
export const Training = z.object({
  phase: z.enum(['submitting', 'running', 'releasing']),
  run: z.string(),
  dataset: Digest,
  trigger: z.string(),
  /** The offered model that it starts from. */
  base: Digest.optional(),
  /** It judges a model that somebody made by hand: nothing was trained on the dataset, and nothing is begun again. */
  byHand: z.literal(true).optional(),
  /** The bundle that it is compared with; null where there was no champion, absent where an older version began it. */
  champion: Digest.nullable().optional(),
  /** What the triggers had seen when it began. */
  marks: z.record(z.string(), z.string()).default({}),
  /** Exactly what is submitted, however often; kept until the engine has it. */
  request: StoredRequest.optional(),
});
export type Training = z.infer<typeof Training>;

/** What a controller knows between two ticks, and after a crash. */
export const ControllerState = z.object({
  training: Training.nullable(),
  /** When this controller first looked: schedules count from here. */
  since: z.string().nullable().default(null),
  /** The dataset of the newest training that came to an end by itself: what is new is counted from here. */
  trainedOn: Digest.nullable(),
  /** What the triggers had seen when that training began, by their names. */
  marks: z.record(z.string(), z.string()).default({}),
  /** What went wrong last; `run` is null where no run had begun. */
  lastFailure: z.object({ run: z.string().nullable(), at: z.string(), reason: z.string() }).nullable(),
  /** How often the present phase of the training failed in a way that waiting does not cure, and how it did last. */
  failures: z.number().int().default(0),
  trouble: z.string().nullable().default(null),
  /** How often the offered release in hand could not be prepared. */
  prepareFailures: z.number().int(),
  /** The version that the registry's alias `champion` stands for; null where that is not certain. */
  alias: z.string().nullable(),
  /** Nothing is begun by itself until somebody goes on; what is under way is finished, what is asked for is done. */
  paused: z.boolean().default(false),
  /** The offered model that was dealt with last, whatever became of it. */
  offered: Digest.nullable().default(null),
  /** How many trainings from the present offer did not succeed. */
  offerFailures: z.number().int().default(0),
});
export type ControllerState = z.infer<typeof ControllerState>;

export const blank: ControllerState = {
  training: null,
  since: null,
  trainedOn: null,
  marks: {},
  lastFailure: null,
  failures: 0,
  trouble: null,
  prepareFailures: 0,
  alias: null,
  paused: false,
  offered: null,
  offerFailures: 0,
};

/** Where the state of the controller of a model in an environment is kept. Names have no slashes. */
export function stateKey(environment: string, model: string): string {
  return `controller/${environment}/${model}`;
}
