import type { ObjectStore } from '@visavox/core/object-store';
import type { Parameter, TaskRecord } from '@visavox/core/run';
import { datasetVersionSchema } from '@visavox/pipelines/dataset-parameters';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { importArtifact } from '@visavox/pipelines/local/import-artifact';
import { type PlannedTask, plan, type ReadyTask, type TaskOutcome } from '@visavox/pipelines/plan';
import { pendingRecord } from '@visavox/pipelines/records';

const noFile = async (path: string): Promise<string> => {
  throw new TypeError(`${path} is no dataset version`);
};

/**
 * The tasks by which a pipeline imports dataset versions. Kubeflow is not given them (`given-versions.ts`): a version is
 * there already, so each is done as soon as its turn has come.
 */
export class VersionImports {
  readonly #records = new Map<string, TaskRecord>();
  readonly #spec: PipelineSpec;
  readonly #parameters: Readonly<Record<string, Parameter>>;
  readonly #objects: ObjectStore;

  constructor(given: {
    readonly spec: PipelineSpec;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly objects: ObjectStore;
  }) {
    this.#spec = given.spec;
    this.#parameters = given.parameters;
    this.#objects = given.objects;
  }

  /** By the task's name; undefined where its turn has not come, or it is no such task. */
  get(task: string): TaskRecord | undefined {
    return this.#records.get(task);
  }

  /** Puts what is imported beside the outcomes of other tasks. */
  async addTo(outcomes: Map<string, TaskOutcome>): Promise<void> {
    for (const { name, outputs } of this.#records.values())
      outcomes.set(name, { state: 'succeeded', outputs });
    const due = plan(this.#spec, this.#parameters, outcomes).tasks.filter(isVersionImport);
    if (due.length === 0) return;
    for (const task of due) this.#records.set(task.name, await this.#record(task));
    // Those behind them may be due now.
    await this.addTo(outcomes);
  }

  async #record(task: ReadyTask): Promise<TaskRecord> {
    const { importer } = task.executor;
    if (!importer) throw new TypeError(`${task.name} imports nothing`);
    const artifact = await importArtifact({ objects: this.#objects, visible: noFile }, task, importer);
    const at = new Date().toISOString();
    return {
      ...pendingRecord(task.name, null, task),
      ...{ state: 'succeeded', attempts: 1, startedAt: at, finishedAt: at },
      outputs: { parameters: {}, artifacts: { [artifact.name]: [artifact] } },
    };
  }
}

function isVersionImport(task: PlannedTask): task is ReadyTask {
  return task.kind === 'ready' && task.executor.importer?.typeSchema.schemaTitle === datasetVersionSchema;
}
