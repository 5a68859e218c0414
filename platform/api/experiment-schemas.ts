import { z } from '@hono/zod-openapi';
import {
  Arm,
  ExperimentDecision,
  ExperimentKind,
  ExperimentMetric,
  ExperimentPlan,
  ExperimentRecord,
} from '@visavox/core/experiment';

export const NewExperiment = z
  .object({
    release: z.string().min(1).max(200).openapi({ description: 'up beside the champion' }),
    model: z.string().min(1).max(100),
    environment: z.string().min(1).max(100),
    plan: z.object(ExperimentPlan.shape),
  })
  .openapi('NewExperiment');

const evidence = {
  e: z.number().openapi({ description: 'the highest e-value so far' }),
  p: z.number().openapi({ description: 'valid however often one looks' }),
};

const arm = {
  ...{ arm: Arm, release: z.string() },
  version: z
    .union([z.int(), z.null()])
    .openapi({ description: 'of the model; null where it is not known any more' }),
};

export const ExperimentSummary = z
  .object({
    ...{ id: z.string(), model: z.string(), environment: z.string(), kind: ExperimentKind },
    arms: z.array(z.object(arm)),
    people: z.int().openapi({ description: 'so far, at their first exposure' }),
    state: z.enum(['running', 'deciding', 'ended']),
    createdAt: z.string(),
    decision: z.union([ExperimentDecision, z.null()]),
  })
  .openapi('ExperimentSummary');
export const Experiments = z.object({ experiments: z.array(ExperimentSummary) }).openapi('Experiments');

const bound = z.union([z.number(), z.null()]);
const outcomesTold = z.int().openapi({ description: 'told so far' });

export const ExperimentPath = z
  .object({
    metrics: z.array(
      z.object({
        name: z.string(),
        points: z.array(
          z.object({
            ...{ outcomes: outcomesTold, people: z.int() },
            ...{ e: z.number(), harm: z.number(), notInferior: z.number(), inferior: z.number() },
          }),
        ),
      }),
    ),
    sharing: z
      .array(
        z.object({
          ...{ people: z.int(), challenger: z.int() },
          expected: z.number().openapi({ description: 'people that the challenger was to have by then' }),
          ratio: z.number(),
        }),
      )
      .openapi({ description: 'of an A/B test' }),
  })
  .openapi('ExperimentPath', {
    description:
      'how the e-values went, 200 points a metric at most: each is the highest since the one before',
  });

export const ExperimentDetails = z
  .object({
    ...ExperimentSummary.shape,
    plan: z.object(ExperimentPlan.shape),
    arms: z.array(z.object({ ...arm, people: z.int(), attempts: z.int() })),
    metrics: z.array(
      z.object({
        ...ExperimentMetric.shape,
        ...evidence,
        low: z.number().openapi({ description: "of the challenger's error rate less the champion's" }),
        high: z.number(),
        harm: z.object(evidence),
        notInferior: z.object(evidence),
        inferior: z.object(evidence).openapi({ description: 'worse by more than the margin' }),
        bounds: z
          .object({ e: bound, harm: bound, notInferior: bound, inferior: bound })
          .openapi({ description: 'e-values at which it decides; null where it does not' }),
      }),
    ),
    ratio: z
      .object({ ...evidence, bound: z.number() })
      .openapi({ description: 'that people are not shared out as they should be' }),
    path: ExperimentPath.optional(),
  })
  .openapi('ExperimentDetails');

export const ExposureWish = z
  .object({ key: z.string().min(1).max(200).openapi({ description: 'of whoever comes: a pseudonym' }) })
  .openapi('ExposureWish');
export const Exposed = z.object({ arm: Arm, release: z.string() }).openapi('Exposed');

export const ExperimentOutcomes = z
  .object({ outcomes: z.array(z.object(ExperimentRecord.shape)).min(1).max(1000) })
  .openapi('ExperimentOutcomes');
export const OutcomesTaken = z
  .object({
    counted: z.int(),
    known: z.int().openapi({ description: 'told before' }),
    unexposed: z.int().openapi({ description: 'of keys that were never exposed' }),
  })
  .openapi('OutcomesTaken');

export const ExperimentStop = z.object({ reason: z.string().min(1).max(500) }).openapi('ExperimentStop');
