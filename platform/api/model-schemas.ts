import { z } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { BundleManifest, ModelVersion } from '@visavox/core/model';
import { Release, ReleaseEvent } from '@visavox/core/release';
import { Parameter, taskOutput } from '@visavox/core/run';

const shown = {
  ...ModelVersion.shape,
  aliases: z.array(z.string()),
  differences: z
    .array(z.string())
    .openapi({ description: 'what MLflow shows otherwise: somebody changed it there' }),
};
export const Models = z
  .object({
    models: z.array(z.object(shown)),
    notOurs: z.array(z.object({ name: z.string(), version: z.int(), difference: z.string() })).openapi({
      description: 'versions that MLflow shows and this installation does not believe',
    }),
  })
  .openapi('Models');
export const Model = z.object(shown).openapi('Model');
export const ModelRecord = z.object(ModelVersion.shape).openapi('ModelVersion');
const OutputOfRun = z.object({
  run: z.string().min(1).max(200),
  output: z
    .string()
    .max(300)
    .regex(taskOutput.pattern, taskOutput.expected)
    .optional()
    .openapi({ description: 'TASK/OUTPUT; the only output of the type model unless given' }),
});
const FilesOfModel = z.object({
  files: z
    .array(
      z.object({
        path: z
          .string()
          .min(1)
          .max(1000)
          .refine(
            (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
            'a path inside the folder, with /',
          ),
        digest: Digest,
        bytes: z.int().nonnegative(),
      }),
    )
    .min(1)
    .max(100_000)
    .openapi({ description: 'put to /api/v1/blobs/{digest} before' }),
});
export const Registration = z
  .union([FilesOfModel, OutputOfRun])
  .openapi('Registration', { description: 'what a run made, or files that were sent' });
export const Bundle = z.object(BundleManifest.shape).openapi('Bundle');

const Counts = z.record(z.string(), z.number());
export const TrainingProgress = z
  .object({
    model: z.string(),
    environment: z.string(),
    paused: z.boolean().openapi({ description: 'whether nothing is begun by itself' }),
    triggers: z.array(z.string()),
    counts: Counts.openapi({ description: 'what is new since the last training' }),
    thresholds: Counts.openapi({ description: 'how many of it begin a training' }),
    training: z
      .object({
        run: z.string(),
        phase: z.enum(['submitting', 'running', 'releasing']),
        trigger: z.string(),
        failures: z.int().openapi({ description: 'of its present phase; after a few the training ends' }),
        trouble: z.string().nullable().openapi({ description: 'why the last of them failed' }),
      })
      .nullable(),
    lastFailure: z
      .object({ run: z.string().nullable(), at: z.string(), reason: z.string() })
      .nullable()
      .openapi({ description: 'what went wrong last; no run where none had begun' }),
  })
  .openapi('TrainingProgress');
export const Training = z
  .object({ paused: z.boolean().openapi({ description: 'whether nothing is begun by itself' }) })
  .openapi('Training');
export const TrainingWish = z
  .object({ trigger: z.string().max(200).default('manual') })
  .openapi('TrainingWish');
export const Candidate = z
  .object({
    parameters: z
      .record(z.string(), Parameter)
      .openapi({ description: 'what the project wants to know of it' }),
    trigger: z.string().max(200).default('by hand'),
  })
  .openapi('Candidate');
export const ReleaseRecord = z.object(Release.shape).openapi('Release');
export const Releases = z.object({ releases: z.array(ReleaseRecord) }).openapi('Releases');
export const ReleaseHistory = z
  .object({ events: z.array(z.object(ReleaseEvent.shape)) })
  .openapi('ReleaseHistory');
const reason = z.string().trim().min(1).max(500);
export const Proposal = z
  .object({
    reason: reason.optional().openapi({ description: 'why, for those who look at it later' }),
    version: z
      .union([z.int().positive(), z.string().regex(/^[a-z]{1,30}$/)])
      .openapi({ description: 'a number, or an alias such as champion' }),
  })
  .openapi('Proposal');
/** Beside what is asked for, in the address. */
export const Reason = z.object({
  reason: reason.optional().openapi({ description: 'why, for those who look at it later' }),
});
