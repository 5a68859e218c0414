import { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { Parameter, TaskRecord } from '@visavox/core/run';
import { datasetArtifact } from '@visavox/pipelines/dataset-folder';
import { datasetVersionSchema, importedArtifact } from '@visavox/pipelines/dataset-parameters';
import type { IrExecutor, PipelineSpec } from '@visavox/pipelines/ir';
import { type PlannedTask, plan, type ReadyTask, type TaskOutcome } from '@visavox/pipelines/plan';
import { pendingRecord } from '@visavox/pipelines/records';

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

  /** Puts what is imported beside the outcomes of other tasks. Asked for at every look. */
  async addTo(outcomes: Map<string, TaskOutcome>): Promise<void> {
    if (!Object.values(this.#spec.deploymentSpec.executors).some(importsVersion)) return;
    for (const { name, outputs } of this.#records.values())
      outcomes.set(name, { state: 'succeeded', outputs });
    const due = plan(this.#spec, this.#parameters, outcomes).tasks.filter(isVersionImport);
    if (due.length === 0) return;
    for (const task of due) this.#records.set(task.name, await this.#record(task));
    // Those behind them may be due now.
    await this.addTo(outcomes);
  }

  async #record(task: ReadyTask): Promise<TaskRecord> {
    const { constant, runtimeParameter = '' } = task.executor.importer?.artifactUri ?? {};
    const digest = Digest.parse(constant ?? task.inputs.parameters[runtimeParameter]);
    const artifact = await datasetArtifact(this.#objects, digest, importedArtifact);
    const at = new Date().toISOString();
    return {
      ...pendingRecord(task.name, null, task),
      ...{ state: 'succeeded', attempts: 1, startedAt: at, finishedAt: at },
      outputs: { parameters: {}, artifacts: { [artifact.name]: [artifact] } },
    };
  }
}

function isVersionImport(task: PlannedTask): task is ReadyTask {
  return task.kind === 'ready' && importsVersion(task.executor);
}

function importsVersion({ importer }: IrExecutor): boolean {
  return importer?.typeSchema.schemaTitle === datasetVersionSchema;
}
