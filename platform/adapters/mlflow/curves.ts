import type { MetricPoint, TrackedCurves, TrackedState } from '@visavox/core/ports';
import { z } from 'zod';
import { isRefusal, type MlflowClient } from './mlflow-client.ts';

/** What MLflow's own client asks for at once. Without a number the server sends all there is, however long. */
const pointsPerPage = 25_000;

/** JSON has neither NaN nor infinity, which MLflow writes as words; its database holds an infinity as the largest double. */
const Value = z
  .union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)])
  .transform((value) => (Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Infinity : value));
const Row = z
  .object({ key: z.string(), value: Value, timestamp: z.coerce.number(), step: z.coerce.number().default(0) })
  .transform(({ key, value, timestamp, step }) => ({ key, value, step, time: new Date(timestamp) }));

const RunAnswer = z.object({
  run: z.object({
    info: z.object({ status: z.string() }),
    data: z.object({ metrics: z.array(Row).default([]) }).default({ metrics: [] }),
  }),
});
const HistoryAnswer = z.object({
  metrics: z.array(Row).default([]),
  next_page_token: z.string().optional(),
});

/**
 * Histories from MLflow's REST API, one call a metric. What MLflow has for several runs at once samples them evenly, which
 * loses peaks, or cuts them off after 25,000 points without a word.
 */
export class MlflowCurves implements TrackedCurves {
  readonly #client: Pick<MlflowClient, 'get'>;

  constructor(client: Pick<MlflowClient, 'get'>) {
    this.#client = client;
  }

  async latest(run: string): Promise<TrackedState | undefined> {
    try {
      const { info, data } = (await this.#client.get('runs/get', { run_id: run }, RunAnswer)).run;
      return { ended: info.status !== 'RUNNING' && info.status !== 'SCHEDULED', metrics: data.metrics };
    } catch (error) {
      if (isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) return undefined;
      throw error;
    }
  }

  async history(run: string, key: string): Promise<readonly MetricPoint[]> {
    const points: MetricPoint[] = [];
    let page = '';
    do {
      const answer = await this.#client.get(
        'metrics/get-history',
        {
          ...{ run_id: run, metric_key: key, max_results: String(pointsPerPage) },
          ...(page && { page_token: page }),
        },
        HistoryAnswer,
      );
      for (const { step, value, time } of answer.metrics) points.push({ step, value, time });
      page = answer.next_page_token ?? '';
    } while (page !== '');
    return points;
  }
}
