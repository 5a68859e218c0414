import { type Digest, shortDigest } from '@visavox/core/digest';
import { unreachable } from '@visavox/core/errors';
import type { Tracker } from '@visavox/core/ports';
import { z } from 'zod';
import { isRefusal, type MlflowClient, quoted } from './mlflow-client.ts';

/** What MLflow takes in one call. */
const batch = { metrics: 1000, parameters: 100, parameterCharacters: 6000 };
const nothing = z.unknown();

const ExperimentAnswer = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string() }),
});
const Run = z.object({ info: z.object({ run_id: z.string() }) });

export class MlflowTracker implements Tracker {
  readonly #client: MlflowClient;

  constructor(client: MlflowClient) {
    this.#client = client;
  }

  /** With a tag `visavox.run` it may be repeated: the run that has this tag already is the answer. */
  async startRun(run: { experiment: string; name: string; tags: Record<string, string> }): Promise<string> {
    const experiment = await this.#experiment(run.experiment);
    const id = run.tags['visavox.run'];
    const existing = id === undefined ? undefined : await this.#findRun(experiment, id);
    if (existing) {
      await this.#client.post('runs/update', { run_id: existing, status: 'RUNNING' }, nothing);
      return existing;
    }
    const answer = await this.#client.post(
      'runs/create',
      {
        experiment_id: experiment,
        run_name: run.name,
        start_time: Date.now(),
        tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
      },
      z.object({ run: Run }),
    );
    return answer.run.info.run_id;
  }

  async logParameters(run: string, parameters: Record<string, string>): Promise<void> {
    const params = Object.entries(parameters).map(([key, value]) => ({
      key,
      value: value.slice(0, batch.parameterCharacters),
    }));
    for (const part of chunks(params, batch.parameters))
      await this.#client.post('runs/log-batch', { run_id: run, params: part }, nothing);
  }

  async logMetrics(run: string, metrics: Parameters<Tracker['logMetrics']>[1]): Promise<void> {
    const rows = metrics.map(({ key, value, step, time }) => ({
      key,
      // JSON has no NaN and no infinity; MLflow reads their names.
      value: Number.isFinite(value) ? value : String(value),
      step,
      timestamp: time.getTime(),
    }));
    for (const part of chunks(rows, batch.metrics))
      await this.#client.post('runs/log-batch', { run_id: run, metrics: part }, nothing);
  }

  async logDatasets(
    run: string,
    datasets: readonly { name: string; digest: Digest; context: string }[],
  ): Promise<void> {
    if (datasets.length === 0) return;
    const inputs = datasets.map(({ name, digest, context }) => ({
      dataset: {
        name,
        // At most 36 characters there; the whole digest is the tag.
        digest: shortDigest(digest),
        source_type: 'visavox',
        source: JSON.stringify({ uri: `visavox:dataset/${digest}` }),
      },
      tags: [
        { key: 'mlflow.data.context', value: context },
        { key: 'visavox.dataset', value: digest },
      ],
    }));
    await this.#client.post('runs/log-inputs', { run_id: run, datasets: inputs }, nothing);
  }

  async endRun(run: string, outcome: 'succeeded' | 'failed' | 'canceled'): Promise<void> {
    const end = { run_id: run, status: statusOf(outcome), end_time: Date.now() };
    await this.#client.post('runs/update', end, nothing);
  }

  async #experiment(name: string): Promise<string> {
    const find = () =>
      this.#client.get('experiments/get-by-name', { experiment_name: name }, ExperimentAnswer);
    try {
      const { experiment } = await find();
      // Somebody put it into MLflow's bin; a new run is reason enough to have it back.
      if (experiment.lifecycle_stage !== 'active')
        await this.#client.post('experiments/restore', { experiment_id: experiment.experiment_id }, nothing);
      return experiment.experiment_id;
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
    }
    try {
      const Created = z.object({ experiment_id: z.string() });
      return (await this.#client.post('experiments/create', { name }, Created)).experiment_id;
    } catch (error) {
      if (!isRefusal(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
      return (await find()).experiment.experiment_id;
    }
  }

  async #findRun(experiment: string, id: string): Promise<string | undefined> {
    const search = {
      experiment_ids: [experiment],
      filter: `tags.\`visavox.run\` = ${quoted(id)}`,
      order_by: ['attributes.start_time ASC'],
      max_results: 1,
    };
    const answer = await this.#client.post(
      'runs/search',
      search,
      z.object({ runs: z.array(Run).default([]) }),
    );
    return answer.runs[0]?.info.run_id;
  }
}

function statusOf(outcome: 'succeeded' | 'failed' | 'canceled'): string {
  switch (outcome) {
    case 'succeeded':
      return 'FINISHED';
    case 'failed':
      return 'FAILED';
    case 'canceled':
      return 'KILLED';
    default:
      return unreachable(outcome);
  }
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
