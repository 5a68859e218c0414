import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunRecord } from '@visavox/core/run';
import { z } from 'zod';

/** What a run is followed by that its record does not hold. */
const RunNote = z.object({
  useCache: z.boolean(),
  /** How often tasks were tried before the run was resumed. */
  attempts: z.record(z.string(), z.number()),
  /** Kubeflow is still to be asked to go on with it. */
  retry: z.boolean(),
});
export type RunNote = z.infer<typeof RunNote>;

/** Kubeflow's own name for a run of ours: it is found again by it, whatever happened in between. */
export function kubeflowName(run: Pick<RunRecord, 'pipeline' | 'id'>): string {
  return `${run.pipeline} ${run.id}`;
}

export async function writeNote(objects: ObjectStore, runId: string, note: RunNote): Promise<void> {
  await objects.put(keyOf(runId), new TextEncoder().encode(JSON.stringify(note)));
}

export async function readNote(objects: ObjectStore, runId: string): Promise<RunNote> {
  try {
    return RunNote.parse(JSON.parse(new TextDecoder().decode(await objects.get(keyOf(runId)))));
  } catch (error) {
    if (error instanceof UserError && error.code === 'object_missing')
      return { useCache: true, attempts: {}, retry: false };
    throw error;
  }
}

function keyOf(runId: string): string {
  return `runs/${runId}.json`;
}
