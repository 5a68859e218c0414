import type { RunPod } from './run-pods.ts';
import type { KnownTask } from './task-paths.ts';

/** Where a task is, from what Kubeflow wrote down and what its pods say. */
export type Sight =
  | { readonly kind: 'succeeded' | 'cached' | 'running' }
  | { readonly kind: 'pending'; readonly reason: string | null; readonly since: number | null }
  /** `pod` of the last attempt, where there still is one. */
  | { readonly kind: 'failed'; readonly pod: RunPod | undefined }
  /** Its condition does not hold. */
  | { readonly kind: 'untriggered' };

export interface SightedTask extends KnownTask {
  readonly sight: Sight;
  /** How many pods were started for it, as far as is known. */
  readonly pods: number;
}

/** `pods` is undefined where Kubernetes cannot be asked. */
export function sightOf(
  known: KnownTask,
  pods: readonly RunPod[] | undefined,
  runFinished: boolean,
): SightedTask {
  const own = pods?.filter(({ execution }) => execution === known.execution.id);
  const started = Math.max(own?.length ?? 0, known.execution.pod === null ? 0 : 1);
  return { ...known, pods: started, sight: sight(known, own, runFinished) };
}

function sight(
  { execution, task }: KnownTask,
  own: readonly RunPod[] | undefined,
  runFinished: boolean,
): Sight {
  if (execution.state === 'complete') return { kind: 'succeeded' };
  if (execution.state === 'cached') return { kind: 'cached' };
  if (execution.state === 'canceled') return { kind: 'untriggered' };
  const last = own?.at(-1);
  // Written down as running, or not at all, by a task that was killed: its pod and the run's end tell.
  if (runFinished) return { kind: 'failed', pod: last };
  const retries = task.retryPolicy?.maxRetryCount ?? 0;
  if (!own)
    return execution.state === 'failed' && retries === 0
      ? { kind: 'failed', pod: undefined }
      : execution.pod === null
        ? { kind: 'pending', reason: null, since: Date.parse(execution.createdAt) }
        : { kind: 'running' };
  if (!last) return { kind: 'pending', reason: null, since: null };
  if (last.phase === 'Failed' || (last.ended && last.ended.exitCode !== 0))
    return own.length > retries
      ? { kind: 'failed', pod: last }
      : {
          kind: 'pending',
          reason: `attempt ${own.length} failed (${describeEnd(last)}), another follows`,
          since: null,
        };
  if (last.waiting !== null)
    return { kind: 'pending', reason: `waits to start: ${last.waiting}`, since: last.createdAt };
  return { kind: 'running' };
}

export function describeEnd(pod: RunPod | undefined): string {
  if (!pod?.ended) return 'its pod is gone';
  const { exitCode, reason } = pod.ended;
  return reason === 'OOMKilled' ? 'killed for memory' : `exit code ${exitCode}`;
}
