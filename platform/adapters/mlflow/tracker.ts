import { shortDigest } from '@visavox/core/digest';
import { messageOf, unreachable } from '@visavox/core/errors';
import type { NewTrackedRun, TrackedRun, TrackedValues, Tracker } from '@visavox/core/ports';
import { z } from 'zod';
import { isRefusal, type MlflowClient, MlflowRefusal, quoted } from './mlflow-client.ts';
import { batches, type TrackedRow, tagRows, trackedRows } from './tracked-rows.ts';

/** By this tag MLflow's own pages nest one run below another. */
const parentTag = 'mlflow.parentRunId';
const nothing = z.unknown();

const ExperimentAnswer = z.object({
  experiment: z.object({ experiment_id: z.string(), lifecycle_stage: z.string() }),
});
const Run = z.object({ info: z.object({ run_id: z.string() }) });

export class MlflowTracker implements Tracker {
  readonly #client: MlflowClient;
  /** By name. A part of a run is made in the experiment that the run has just found. */
  readonly #experiments = new Map<string, string>();

  constructor(client: MlflowClient) {
    this.#client = client;
  }

  async startRun({ key, parent, mayExist = true, ...run }: NewTrackedRun): Promise<TrackedRun> {
    const found = parent ? this.#experiments.get(run.experiment) : undefined;
    const experiment = found ?? (await this.#experiment(run.experiment));
    this.#experiments.set(run.experiment, experiment);
    const existing = mayExist ? await this.#findRun(experiment, key) : undefined;
    if (existing) {
      await this.#client.post('runs/update', { run_id: existing, status: 'RUNNING' }, nothing);
      return { id: existing, experiment, known: true };
    }
    const tags = { ...run.tags, [key.tag]: key.value, ...(parent && { [parentTag]: parent }) };
    const answer = await this.#client.post(
      'runs/create',
      { experiment_id: experiment, run_name: run.name, start_time: Date.now(), tags: tagRows(tags) },
      z.object({ run: Run }),
    );
    return { id: answer.run.info.run_id, experiment, known: false };
  }

  async log(run: string, values: TrackedValues): Promise<readonly string[]> {
    await this.#logDatasets(run, values.datasets ?? []);
    const { rows, notices } = trackedRows(values);
    const refused: string[] = [];
    for (const batch of batches(rows)) refused.push(...(await this.#send(run, batch)));
    return [...notices, ...refused];
  }

  async endRun(run: string, outcome: 'succeeded' | 'failed' | 'canceled'): Promise<void> {
    const end = { run_id: run, status: statusOf(outcome), end_time: Date.now() };
    await this.#client.post('runs/update', end, nothing);
  }

  /** MLflow refuses a whole call because of one row: halves are sent until that row is found, and all others are there. */
  async #send(run: string, rows: readonly TrackedRow[]): Promise<string[]> {
    const body: Record<TrackedRow['kind'], unknown[]> = { metrics: [], params: [], tags: [] };
    for (const { kind, row } of rows) body[kind].push(row);
    try {
      await this.#client.post('runs/log-batch', { run_id: run, ...body }, nothing);
      return [];
    } catch (error) {
      if (!isRefusal(error, 'INVALID_PARAMETER_VALUE')) throw error;
      const [only, ...more] = rows;
      if (!only) throw error;
      if (more.length === 0) return [leftOut(only, error)];
      const middle = Math.ceil(rows.length / 2);
      return [
        ...(await this.#send(run, rows.slice(0, middle))),
        ...(await this.#send(run, rows.slice(middle))),
      ];
    }
  }

  async #logDatasets(run: string, datasets: NonNullable<TrackedValues['datasets']>): Promise<void> {
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

  async #findRun(experiment: string, { tag, value }: NewTrackedRun['key']): Promise<string | undefined> {
    const search = {
      experiment_ids: [experiment],
      filter: `tags.\`${tag}\` = ${quoted(value)}`,
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

function leftOut({ kind, name }: TrackedRow, error: unknown): string {
  const what = { metrics: 'metric', params: 'parameter', tags: 'tag' }[kind];
  const reason = error instanceof MlflowRefusal ? error.reason : messageOf(error);
  return `The ${what} ${JSON.stringify(name)} is not in MLflow, which refused it: ${reason.slice(0, 200)}`;
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
