import type { DatasetVersion } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import type { ModelVersion } from '@visavox/core/model';
import type { RunRequest } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { Parameter, RunRecord } from '@visavox/core/run';
import type { Comparison } from './gate.ts';
import type { OfferedModel } from './offered-model.ts';
import type { Counts } from './trigger.ts';

/** What a training produced: a registered version and how it compares with the champion. */
export interface TrainingResult {
  readonly model: ModelVersion;
  readonly comparison: Comparison;
}

/** A run that judges a model which was made by hand, on people or machines of this dataset. */
export interface CandidateRun extends Pick<RunRequest, 'pipelineSpec' | 'parameters' | 'datasets' | 'seed'> {
  readonly dataset: Digest;
}

/** What is being trained, told by the project. */
export interface TrainingSubject {
  /** The first version is trained as well; otherwise somebody has to release one before trainings begin. */
  readonly startsWithoutChampion?: boolean;
  /** What is new, by the names that the model's declaration gives, since the dataset of `since` (null: since the beginning). */
  countNew(since: Digest | null): Promise<Counts>;
  /** Freezes what there is now into a dataset version. Repeating it without new data gives the same version. */
  snapshot(): Promise<DatasetVersion>;
  /**
   * The run to submit for this dataset against this champion (null with `startsWithoutChampion` alone); it starts from
   * `base`, or from the champion.
   */
  request(
    dataset: Digest,
    champion: Release | null,
    base?: Digest,
  ): Promise<Pick<RunRequest, 'pipelineSpec' | 'parameters' | 'datasets' | 'seed'>>;
  /**
   * The run that judges a model which somebody made by hand, from what they gave and against this champion. Left out
   * where such models cannot be handed in. Throws a UserError where it is not what can be judged.
   */
  candidate?(given: Readonly<Record<string, Parameter>>, champion: Release): Promise<CandidateRun>;
  /**
   * Reads what a finished run produced, or null where no version was registered and compared. A run whose later tasks
   * failed (a report) has a result all the same.
   */
  result(run: RunRecord): Promise<TrainingResult | null>;
  /** The model that came with the software, unless the champion is that one. May be asked for often. */
  offered?(champion: Release): Promise<OfferedModel | null>;
}
