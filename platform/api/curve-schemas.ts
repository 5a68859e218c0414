import { z } from '@hono/zod-openapi';
import { TaskState } from '@visavox/core/run';

/** JSON has no NaN and no infinity; they are their names, as in proto3's JSON form. */
const MetricValue = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

const CurvePoint = z
  .object({
    step: z.int(),
    value: MetricValue,
    time: z.string().openapi({ description: 'when it was logged' }),
  })
  .openapi('CurvePoint');

const MetricCurve = z
  .object({
    name: z.string(),
    chart: z.string().openapi({
      description: 'the same for metrics that are looked at together: `loss` for `loss` and `val_loss`',
    }),
    logged: z
      .int()
      .openapi({ description: 'how many points there are; of many, those are shown that stand out' }),
    points: z.array(CurvePoint).openapi({ description: 'by step; by time where all are of one step' }),
  })
  .openapi('MetricCurve');

export const RunCurves = z
  .object({
    tasks: z
      .array(
        z.object({
          name: z.string(),
          state: TaskState,
          cached: z.boolean().openapi({ description: 'the curves are of the task that it was taken from' }),
          startedAt: z.string().nullable(),
          stepsAre: z.enum(['epoch', 'step']),
          metrics: z.array(MetricCurve).openapi({ description: 'what a training is judged by first' }),
        }),
      )
      .openapi({ description: 'in the order of the run' }),
    problem: z
      .object({ code: z.string(), detail: z.string(), action: z.string() })
      .nullable()
      .openapi({ description: 'why curves are missing, or are not the newest' }),
  })
  .openapi('RunCurves');
export type RunCurves = z.infer<typeof RunCurves>;

export const CurveWish = z.object({
  task: z.string().min(1).max(500).optional().openapi({ description: 'this task alone' }),
  system: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: 'with what MLflow logs of the machine, the metrics `system/…`' }),
});
