import { ModelVersion } from '@visavox/core/model';
import type { RunStore } from '@visavox/core/ports';
import { isFinished } from '@visavox/core/run';

/**
 * What the run that is said to have made a version wrote down of it: an output parameter that is this version. A step
 * registers before its task has ended, so that a run which goes on may still say so.
 */
export function registeredByRun(
  runs: Pick<RunStore, 'get'>,
): (model: ModelVersion) => Promise<ModelVersion | 'unfinished' | undefined> {
  return async (model) => {
    const run = model.run === null ? undefined : await runs.get(model.run);
    if (!run) return undefined;
    const written = run.tasks
      .flatMap((task) => Object.values(task.outputs.parameters))
      .map((value) => ModelVersion.safeParse(value))
      .flatMap((parsed) => (parsed.success ? [parsed.data] : []))
      .find(
        ({ name, version, bundle }) =>
          name === model.name && version === model.version && bundle === model.bundle,
      );
    return written ?? (isFinished(run.state) ? undefined : 'unfinished');
  };
}
