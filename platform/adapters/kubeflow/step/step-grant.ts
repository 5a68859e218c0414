import { Digest } from '@visavox/core/digest';
import type { RunRecord } from '@visavox/core/run';
import { datasetInputs } from '@visavox/pipelines/dataset-inputs';
import { DeclaredEnvironment } from '@visavox/pipelines/environments/declaration';
import { Lock } from '@visavox/pipelines/environments/environments';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { z } from 'zod';
import { declaredEnvironment, takesCode } from './launched.ts';

/** What a step in a pod is given beside what Kubeflow gives it: all that it may read of the objects of this installation. */
export const StepGrant = z.object({
  run: z.string(),
  /** Its label in the specification of the run's pipeline. */
  executor: z.string(),
  code: Digest.nullable(),
  datasets: z.array(Digest),
  environment: DeclaredEnvironment.nullable(),
  /** Resolve the environment again, whatever is known of it. */
  anew: z.boolean(),
});
export type StepGrant = z.infer<typeof StepGrant>;

/** A lock as it is sent, with what it comes to in the pod. */
export const StepLock = Lock;
/** What a step's environment came to. */
export const StepEnvironment = z.object({
  digest: Digest,
  packages: z.array(z.string().max(1000)).max(10_000),
});
export type StepEnvironment = z.infer<typeof StepEnvironment>;

/** `code`: the snapshot that the run is pinned to, if it is to one. Undefined where the run has no such executor. */
export function grantOf(
  spec: PipelineSpec,
  { id, pins }: Pick<RunRecord, 'id' | 'pins'>,
  {
    executor,
    code,
    anew,
  }: { readonly executor: string; readonly code: Digest | undefined; readonly anew: boolean },
): StepGrant | undefined {
  const container = spec.deploymentSpec.executors[executor]?.container;
  if (!container) return undefined;
  return {
    ...{ run: id, executor, anew },
    code: takesCode(container) && code !== undefined ? code : null,
    datasets: [...(datasetInputs(spec, pins.parameters).given.get(executor) ?? [])],
    environment: declaredEnvironment(spec, executor) ?? null,
  };
}
