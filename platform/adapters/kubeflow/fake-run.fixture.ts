import type { IrComponent, PipelineSpec } from '@visavox/pipelines/ir';
import { taskNames } from '@visavox/pipelines/plan';

export interface FakeRun {
  readonly id: string;
  readonly name: string;
  readonly spec: PipelineSpec;
  readonly submitted: { pipeline_spec: unknown; platform_spec?: unknown };
  readonly pluginsInput: unknown;
  readonly createdAt: string;
  /** By task: how many of its attempts have no pod any more. */
  readonly deletedPods: Map<string, number>;
  /** By executor. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The component of a task by its path, such as `embed/2/shard` in the third iteration of a loop. */
export function componentOf(spec: PipelineSpec, path: string): IrComponent {
  let component: IrComponent = spec.root;
  const segments = path.split('/');
  while (segments.length > 0) {
    const tasks = component.dag?.tasks ?? {};
    const name = segments.shift();
    const [key = ''] = [...taskNames(tasks)].find(([, found]) => found === name) ?? [];
    component = spec.components[tasks[key]?.componentRef.name ?? ''] ?? {};
    if (tasks[key]?.parameterIterator) segments.shift();
  }
  return component;
}

export function isMissing(image: string | undefined): boolean {
  return image?.startsWith('missing/') ?? false;
}
