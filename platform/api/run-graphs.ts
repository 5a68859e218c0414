import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import type { RunRecord } from '@visavox/core/run';
import { pinnedSpec } from '@visavox/pipelines/admission';
import type { PipelineSpec } from '@visavox/pipelines/ir';
import { type TaskEdge, taskEdges } from '@visavox/pipelines/task-graph';

const mostSpecs = 20;

/** How the tasks of runs follow each other. A run is looked at again and again while it goes on: its pipeline is read once. */
export class RunGraphs {
  readonly #objects: ObjectStore;
  readonly #specs = new Map<Digest, Promise<PipelineSpec | undefined>>();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** Empty where the pipeline is not in the store any more. */
  async edgesOf({ pins, tasks }: RunRecord): Promise<readonly TaskEdge[]> {
    const spec = await this.#spec(pins.pipeline);
    const names = tasks.map(({ name }) => name);
    return spec ? taskEdges(spec, names) : [];
  }

  #spec(pipeline: Digest): Promise<PipelineSpec | undefined> {
    const known = this.#specs.get(pipeline);
    if (known) return known;
    const reading = pinnedSpec(this.#objects, pipeline).catch((error: unknown) => {
      this.#specs.delete(pipeline);
      if (error instanceof UserError) return undefined;
      throw error;
    });
    this.#specs.set(pipeline, reading);
    const [oldest] = this.#specs.keys();
    if (this.#specs.size > mostSpecs && oldest) this.#specs.delete(oldest);
    return reading;
  }
}
