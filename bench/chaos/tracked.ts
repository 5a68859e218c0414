import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '@visavox/core/run';
import type { Stage } from './stage.ts';

interface TrackedRun {
  readonly status: string;
  readonly tags: ReadonlyMap<string, string>;
}

interface Found {
  readonly runs?: { info: { status: string }; data: { tags?: { key: string; value: string }[] } }[];
  readonly next_page_token?: string;
}

const statuses: Readonly<Record<string, string>> = {
  ...{ succeeded: 'FINISHED', failed: 'FAILED', canceled: 'KILLED' },
};

/** MLflow has each run and each task that was begun, once, with the state that it ended in. */
export async function trackingProblems(stage: Stage, runs: readonly RunRecord[]): Promise<readonly string[]> {
  const tracked = await readTracked(stage);
  const problems: string[] = [];
  const statusesOf = (tag: string, value: string) =>
    tracked.filter(({ tags }) => tags.get(tag) === value).map(({ status }) => status);
  const check = (name: string, found: readonly string[], state: string) => {
    const expected = statuses[state] ?? state;
    if (found.length !== 1) problems.push(`${name} is ${found.length} times in MLflow`);
    else if (found[0] !== expected) problems.push(`${name} is ${found[0]} in MLflow instead of ${expected}`);
  };
  for (const run of runs) {
    const found = statusesOf('visavox.run', run.id);
    // Nothing of it had begun when it was canceled.
    const neverBegun = run.state === 'canceled' && run.trackingRun === null && found.length === 0;
    if (!neverBegun) check(`run ${run.id}`, found, run.state);
    for (const task of run.tasks) {
      if (task.cached || task.startedAt === null) continue;
      check(
        `${task.name} of run ${run.id}`,
        statusesOf('visavox.task', `${run.id}/${task.name}`),
        task.state,
      );
    }
  }
  const known = new Set(runs.map(({ id }) => id));
  for (const { tags } of tracked) {
    const run = tags.get('visavox.run');
    if (run !== undefined && !known.has(run)) problems.push(`MLflow has a run ${run}, which is not there`);
  }
  return problems;
}

async function readTracked({ home }: Stage): Promise<readonly TrackedRun[]> {
  const [url = '', name = '', password = ''] = readFileSync(join(home, 'mlflow', 'login.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^(name|password): /, ''));
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  const ask = async <Answer>(path: string, body: unknown): Promise<Answer> => {
    const response = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`MLflow answers ${response.status}: ${await response.text()}`);
    return response.json() as Promise<Answer>;
  };
  const { experiments } = await ask<{ experiments: { experiment_id: string }[] }>('experiments/search', {
    max_results: 1000,
  });
  const found: TrackedRun[] = [];
  for (let token: string | undefined, first = true; first || token; first = false) {
    const page: Found = await ask<Found>('runs/search', {
      experiment_ids: experiments.map(({ experiment_id }) => experiment_id),
      max_results: 1000,
      ...(token !== undefined && { page_token: token }),
    });
    token = page.next_page_token;
    for (const { info, data } of page.runs ?? [])
      found.push({
        status: info.status,
        tags: new Map((data.tags ?? []).map(({ key, value }) => [key, value])),
      });
  }
  return found;
}
