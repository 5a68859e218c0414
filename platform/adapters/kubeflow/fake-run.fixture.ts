import type { PipelineSpec } from '@visavox/pipelines/ir';

export interface FakeRun {
  readonly id: string;
  readonly name: string;
  readonly spec: PipelineSpec;
  readonly submitted: { pipeline_spec: unknown; platform_spec?: unknown };
  readonly pluginsInput: unknown;
  readonly createdAt: string;
  /** By task: how many of its attempts have no pod any more. */
  readonly deletedPods: Map<string, number>;
  readonly environment: Readonly<Record<string, string>>;
}

export function isMissing(image: string | undefined): boolean {
  return image?.startsWith('missing/') ?? false;
}
