import { Comparison } from '@visavox/control/gate';
import { compareMetrics } from '@visavox/control/metric-gate';
import type { TrainingSubject } from '@visavox/control/training-subject';
import { diffDatasets } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore, ModelRegistry, ReleaseStore } from '@visavox/core/ports';
import type { RunRecord } from '@visavox/core/run';
import { datasetReferences } from '@visavox/pipelines/dataset-parameters';
import { registerOutput } from '@visavox/pipelines/model-output';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';

export interface DatasetTrainingResources {
  readonly model: string;
  readonly environment: string;
  /** The name of the dataset whose newest version it is trained on. */
  readonly dataset: string;
  /** What of a run is the model, as `TASK/OUTPUT`; its only output of the type `model` unless given. */
  readonly output?: string | undefined;
  readonly pipelineSpec: unknown;
  readonly datasets: DatasetStore;
  readonly releases: ReleaseStore;
  readonly objects: ObjectStore;
  readonly registry: ModelRegistry;
}

/** What the default subject counts as new. */
export const countedItems = 'items';

const seed = 1;

/**
 * Trains on the newest version of a dataset, registers what the run made, and compares what it measured with what the
 * champion's run measured, unless a task of the pipeline gives a comparison of its own.
 */
export function datasetTraining(resources: DatasetTrainingResources): TrainingSubject {
  const { dataset: name, pipelineSpec, datasets } = resources;
  const parameter = datasetParameter(pipelineSpec);
  const newest = async () => {
    const digest = await datasets.latest(name);
    if (digest === undefined) throw noDataset(name);
    return datasets.get(digest);
  };
  const countNew = newItems(datasets, name);
  return {
    startsWithoutChampion: true,
    countNew: async (since) => ({ [countedItems]: await countNew(since) }),
    snapshot: newest,
    request: async (dataset) => ({
      pipelineSpec,
      parameters: { [parameter]: dataset },
      datasets: [dataset],
      seed,
    }),
    // A task that fails after the model was made is a veto: a check of the project's own.
    result: async (run) => (run.state === 'succeeded' ? resultOf(resources, run) : null),
  };
}

async function resultOf(resources: DatasetTrainingResources, run: RunRecord) {
  const { model: name, environment, output, releases, registry } = resources;
  const model = await registerOutput(resources, run, { name, output });
  const given = run.tasks
    .flatMap(({ outputs }) => Object.values(outputs.parameters))
    .map((value) => Comparison.safeParse(value))
    .find(({ success }) => success);
  if (given?.data) return { model, comparison: given.data };
  const champion = await releases.champion(environment, name);
  const before = champion ? (await registry.get(name, champion.version)).metrics : {};
  return { model, comparison: compareMetrics(model.metrics, before) };
}

/** The name of the pipeline's one parameter of the type `dataset-version`. Throws where there is not one. */
export function datasetParameter(pipelineSpec: unknown): string {
  const { parameters } = datasetReferences(parsePipelineSpec(pipelineSpec));
  const [only, another] = parameters;
  if (only !== undefined && another === undefined) return only;
  throw new UserError({
    kind: 'invalid',
    code: 'dataset_parameter_needed',
    message: `the pipeline has ${parameters.length === 0 ? 'no parameter' : 'several parameters'} of the type dataset-version that a task uses`,
    action: 'Give it one, or give the model a subject of its own.',
  });
}

/** How many items of the newest version are new or changed. Asked for at every tick, and manifests may be large. */
function newItems(datasets: Pick<DatasetStore, 'get' | 'latest'>, name: string) {
  let last: { readonly latest: Digest; readonly since: Digest | null; readonly count: number } | undefined;
  return async (since: Digest | null): Promise<number> => {
    const latest = await datasets.latest(name);
    if (latest === undefined || latest === since) return 0;
    if (last?.latest === latest && last.since === since) return last.count;
    const before = since === null ? [] : (await datasets.get(since)).manifest.items;
    const { added, changed } = diffDatasets(
      { format: 1, name, items: [...before] },
      (await datasets.get(latest)).manifest,
    );
    last = { latest, since, count: added.length + changed.length };
    return last.count;
  };
}

function noDataset(name: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'no_dataset',
    message: `there is no dataset called ${name} to train on`,
    action: `Import one: visavox data import FOLDER --name ${name}`,
  });
}
