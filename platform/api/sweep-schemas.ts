import { z } from '@hono/zod-openapi';
import { CodeReference } from '@visavox/core/code';
import { Parameter, RunState } from '@visavox/core/run';
import { RunName } from '@visavox/core/run-summary';
import { Dimension } from '@visavox/core/search-space';
import { Sweep, SweepPlan, Trial } from '@visavox/core/sweep';

export const NewSweep = z
  .object({
    pipelineSpec: z.record(z.string(), z.unknown()).openapi({ description: 'compiled PipelineSpec' }),
    parameters: z.record(z.string(), Parameter).default({}).openapi({ description: 'that every trial has' }),
    useCache: z.boolean().default(true),
    engine: z.string().min(1).max(100).optional(),
    code: z.object(CodeReference.shape).optional(),
    name: RunName.optional(),
    space: z
      .record(z.string().min(1).max(200), Dimension)
      .openapi({ description: 'where to look, by the parameter of the pipeline' }),
    sampler: SweepPlan.shape.sampler.default('random'),
    trials: SweepPlan.shape.trials.default(20),
    parallel: SweepPlan.shape.parallel.default(2),
    metric: SweepPlan.shape.metric,
    goal: SweepPlan.shape.goal.default('maximize'),
    seed: z.int().default(0),
    stopEarly: SweepPlan.shape.stopEarly,
  })
  .openapi('NewSweep');

const TrialOutcome = z
  .object({
    ...Trial.shape,
    state: RunState,
    value: z.number().nullable().openapi({ description: "of the sweep's metric" }),
    reason: z.string().nullable(),
  })
  .openapi('TrialOutcome');

const { id, name, pipeline, state, reason, plan, createdAt, finishedAt } = Sweep.shape;
export const SweepSummary = z
  .object({
    ...{ id, name, pipeline, state, reason, plan, createdAt, finishedAt },
    begun: z.int().openapi({ description: 'how many trials have begun' }),
  })
  .openapi('SweepSummary');
export const Sweeps = z.object({ sweeps: z.array(SweepSummary) }).openapi('Sweeps');
export const SweepDetails = z
  .object({
    ...SweepSummary.shape,
    trials: z.array(TrialOutcome),
    best: z.union([TrialOutcome, z.null()]).openapi({ description: 'so far' }),
  })
  .openapi('SweepDetails');
