import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '@visavox/core/run';
import { Random } from '@visavox/recognition/synthetic/random';
import type { PatientClient } from './client.ts';
import { type Shape, searched, shapesOf, trialsOfSweep } from './shapes.ts';

const clients = 8;
/** Far longer than any of them takes, whatever is killed. */
const endWithinMs = 15 * 60_000;

/** What a client asked for, and what became of it. */
export interface Submission {
  readonly index: number;
  readonly shape: Shape;
  readonly number: number;
  /** Of the run, or of the sweep. */
  readonly id: string;
  readonly runs: readonly string[];
  readonly acknowledgedAt: number;
  /** When its client saw that it had ended; undefined where it never did. */
  readonly seenEndedAt: number | undefined;
  /** What was answered to the same request with the same key, sent again. */
  readonly otherIds: readonly string[];
}

interface Sweep {
  readonly state: string;
  readonly trials: readonly { readonly run: string }[];
}

/** Submits so many runs, a few at a time, as clients do that are not sure whether they were heard. */
export async function submitAll(
  client: PatientClient,
  { runs, seed, ledger }: { readonly runs: number; readonly seed: number; readonly ledger: string },
  heard: (submission: Submission) => void,
): Promise<readonly Submission[]> {
  const waiting = shapesOf(runs).map((shape, index) => ({ shape, index }));
  const made: Submission[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const submission = await submit(client, { ...next, seed, ledger });
      made.push(submission);
      heard(submission);
    }
  };
  await Promise.all(Array.from({ length: clients }, work));
  return made.sort((a, b) => a.index - b.index);
}

async function submit(
  client: PatientClient,
  { shape, index, seed, ledger }: { shape: Shape; index: number; seed: number; ledger: string },
): Promise<Submission> {
  const random = new Random('submission', seed, index);
  const number = shape.numberOf(index);
  const { pipelineSpec } = shape;
  const isSweep = shape === searched;
  const path = isSweep ? '/api/v1/sweeps' : '/api/v1/runs';
  const tags = { chaos: String(index) };
  const body = isSweep
    ? {
        ...{ pipelineSpec, parameters: { ledger }, space: { number: { low: 0, high: 1000, integer: true } } },
        ...{ sampler: 'random', trials: trialsOfSweep, metric: 'loss', goal: 'minimize', seed: index },
      }
    : { pipelineSpec, parameters: { ledger, number }, tags };
  const key = createHash('sha256').update(`chaos ${seed} ${index}`).digest('hex');
  const hangUpAfterMs = random.next() < 0.2 ? Math.round(random.between(1, 40)) : undefined;
  const id = await client.make(path, body, { key, hangUpAfterMs });
  const acknowledgedAt = Date.now();
  const otherIds = random.next() < 0.3 ? [await client.make(path, body, { key })] : [];
  if (shape.state === 'canceled') {
    await sleep(random.between(200, 3000));
    await client.cancel(id);
  }
  const runs = isSweep ? await trialsOf(client, id) : [id];
  const ended = await Promise.all(runs.map((run) => client.ended(run, endWithinMs)));
  const seenEndedAt = ended.every(hasEnded) ? Date.now() : undefined;
  return { index, shape, number, id, runs, acknowledgedAt, seenEndedAt, otherIds };
}

const hasEnded = ({ finishedAt }: RunRecord) => finishedAt !== null;

/** The runs of a sweep's trials, when it has ended; as many as there are when the time is over. */
async function trialsOf(client: PatientClient, id: string): Promise<readonly string[]> {
  for (const until = Date.now() + endWithinMs; ; await sleep(500)) {
    const { state, trials } = await client.get<Sweep>(`/api/v1/sweeps/${id}`);
    if (state !== 'running' || Date.now() > until) return trials.map(({ run }) => run);
  }
}
