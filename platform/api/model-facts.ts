import type { ModelDescriptions } from '@visavox/adapters/models/model-descriptions';
import { readCard } from '@visavox/adapters/models/read-card';
import { getManifest } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { BundleManifest, ModelVersion } from '@visavox/core/model';
import { cardMetrics, type ModelCard, noCard } from '@visavox/core/model-card';
import { type ComparedModel, datasetName } from '@visavox/core/model-comparison';
import type { ModelDescription } from '@visavox/core/model-description';
import { getBlob, type ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore, RunStore } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { RunRecord } from '@visavox/core/run';
import { measuredOn } from '@visavox/pipelines/measured-on';

interface Resources {
  readonly objects: ObjectStore;
  readonly runs: Pick<RunStore, 'get'>;
  readonly datasets: Pick<DatasetStore, 'list'>;
  readonly descriptions: Pick<ModelDescriptions, 'of'>;
}

export interface ModelFacts {
  readonly model: ModelVersion;
  readonly manifest: BundleManifest;
  readonly description: ModelDescription;
  readonly card: ModelCard;
  readonly run: RunRecord | undefined;
  /** Dataset versions that its run was given. */
  readonly datasets: readonly { readonly name: string; readonly digest: Digest }[];
}

/** All that is known of a version: what its files say, with what its run, its datasets and its releases add. */
export async function factsOf(
  { objects, runs, datasets, descriptions }: Resources,
  model: ModelVersion,
  releases: readonly Release[],
): Promise<ModelFacts> {
  const manifest = await getManifest(objects, model.bundle);
  const description = await descriptions.of(model.bundle);
  const run = model.run === null ? undefined : await runs.get(model.run);
  const names = new Map((await datasets.list()).map(({ digest, name }) => [digest, name]));
  const read = (run?.pins.datasets ?? []).map((digest) => ({ digest, name: names.get(digest) ?? 'dataset' }));
  const written = await cardIn(objects, manifest, description);
  const own = new Set(written.metrics.map(({ name, slice }) => JSON.stringify([name, slice])));
  const measured = run ? measuredOn(run) : {};
  return {
    ...{ model, manifest, description, run, datasets: read },
    card: {
      ...written,
      data: [...written.data, ...read.map(({ name, digest }) => ({ name, version: digest }))],
      metrics: [
        ...written.metrics,
        ...cardMetrics(model.metrics)
          .filter(({ name, slice }) => !own.has(JSON.stringify([name, slice])))
          .map((metric) => {
            const full = metric.slice === null ? metric.name : `${metric.name}@${metric.slice}`;
            const data = (measured[full] ?? []).map((digest) => datasetName(names.get(digest), digest));
            return { ...metric, data: data.join(', ') || null };
          }),
      ],
      releases: releases
        .filter((one) => one.model === model.name && one.version === model.version)
        .map(({ environment, stage, reason }) => ({ environment, stage, reason })),
    },
  };
}

/** One that cannot be read is said among the faults of the description. */
async function cardIn(
  objects: ObjectStore,
  { files }: BundleManifest,
  { card, faults }: ModelDescription,
): Promise<ModelCard> {
  const file = files.find(({ path }) => path === card);
  if (!file || faults.some(({ code }) => code === 'model_card_invalid')) return noCard;
  return readCard(file.path, new TextDecoder().decode(await getBlob(objects, file.digest, file.path)));
}

export function comparedModel({ model, manifest, description, card, run }: ModelFacts): ComparedModel {
  return {
    ...{ model, description, card },
    files: manifest.files.length,
    bytes: bytesOf(manifest),
    pins: run?.pins ?? null,
    measuredOn: run ? measuredOn(run) : {},
  };
}

export function bytesOf({ files }: BundleManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What the author of a bundle says that was measured of it; `accuracy@winter` is of the slice `winter`. */
export async function writtenMetrics(
  { objects, descriptions }: Pick<Resources, 'objects' | 'descriptions'>,
  bundle: Digest,
): Promise<Record<string, number>> {
  const { metrics } = await cardIn(
    objects,
    await getManifest(objects, bundle),
    await descriptions.of(bundle),
  );
  return Object.fromEntries(
    metrics
      .filter(({ value }) => Number.isFinite(value))
      .map(({ name, slice, value }) => [slice === null ? name : `${name}@${slice}`, value]),
  );
}
