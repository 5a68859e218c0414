import { z } from '@hono/zod-openapi';
import { DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { BundleManifest, ModelVersion } from '@visavox/core/model';
import { Release } from '@visavox/core/release';
import { Parameter, RunRecord } from '@visavox/core/run';

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'stable' }),
    action: z.string().openapi({ description: 'what to do next' }),
    requestId: z.string(),
  })
  .openapi('Problem');

const Serving = z.object({ model: z.string(), version: z.int(), release: z.string() }).nullable();

export const Status = z
  .object({
    services: z.array(
      z.object({
        name: z.string(),
        healthy: z.boolean(),
        url: z.string().nullable(),
        reason: z.string().nullish().openapi({ description: 'why it is not healthy, for people' }),
      }),
    ),
    environments: z.array(z.object({ name: z.string(), champion: Serving, challenger: Serving })),
  })
  // Figures that a project adds.
  .catchall(z.unknown())
  .openapi('Status');

const EngineName = z.string().min(1).max(100);

// Made anew, since a schema made before the OpenAPI extension lacks its method.
export const Run = z.object(RunRecord.shape).openapi('Run');
export const RunDetails = z
  .object({
    ...RunRecord.shape,
    edges: z
      .array(z.object({ from: z.string(), to: z.string() }))
      .openapi({ description: 'how its tasks follow each other, by name, as the pipeline says' }),
  })
  .openapi('RunDetails');
export const Runs = z.object({ runs: z.array(Run) }).openapi('Runs');
export const NewRun = z
  .object({
    pipelineSpec: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({ description: "compiled PipelineSpec; without it the project's model is retrained now" }),
    parameters: z.record(z.string(), Parameter).default({}),
    useCache: z.boolean().default(true),
    engine: EngineName.optional().openapi({
      description:
        'where to run it, by the name of an engine that is there; as the server is configured unless given',
    }),
    trigger: z.string().max(200).default('manual'),
    seed: z.int().default(0),
  })
  .openapi('NewRun');
export const NewDataset = DatasetManifest.omit({ format: true })
  .extend({ items: z.array(DatasetItem).min(1).max(1_000_000) })
  .openapi('NewDataset');
export const SavedDataset = z.object({ digest: Digest, items: z.int() }).openapi('SavedDataset');
export const DatasetState = z
  .object({ items: z.int(), missing: z.array(z.string()), corrupted: z.array(z.string()) })
  .openapi('DatasetState');
export const BlobDigests = z.object({ digests: z.array(Digest).max(10_000) }).openapi('BlobDigests');
export const MissingBlobs = z.object({ missing: z.array(Digest) }).openapi('MissingBlobs');

export const Reproduction = z.object({ engine: EngineName.optional() }).openapi('Reproduction');
export const RunStarted = z.object({ id: z.string() }).openapi('RunStarted');

export const Models = z
  .object({
    models: z.array(
      ModelVersion.extend({
        aliases: z.array(z.string()),
        differences: z
          .array(z.string())
          .openapi({ description: 'what MLflow shows otherwise: somebody changed it there' }),
      }),
    ),
    notOurs: z.array(z.object({ name: z.string(), version: z.int(), difference: z.string() })).openapi({
      description: 'versions that MLflow shows and this installation does not believe',
    }),
  })
  .openapi('Models');
export const Bundle = z.object(BundleManifest.shape).openapi('Bundle');
export const Training = z
  .object({ paused: z.boolean().openapi({ description: 'whether nothing is begun by itself' }) })
  .openapi('Training');
export const ReleaseRecord = z.object(Release.shape).openapi('Release');
export const Releases = z.object({ releases: z.array(ReleaseRecord) }).openapi('Releases');
export const Proposal = z.object({ version: z.int().positive() }).openapi('Proposal');

export const Datasets = z
  .object({
    datasets: z.array(z.object({ digest: Digest, name: z.string(), items: z.int(), createdAt: z.string() })),
  })
  .openapi('Datasets');
export const Dataset = z.object({ digest: Digest, manifest: DatasetManifest }).openapi('Dataset');

export const Trace = z
  .object({
    nodes: z.array(z.object({ kind: z.string(), id: z.string(), label: z.string().optional() })),
    edges: z.array(z.object({ from: z.string(), to: z.string(), relation: z.string() })),
  })
  .openapi('Trace');
export const LineageKinds = z
  .object({
    kinds: z
      .array(z.object({ name: z.string(), aliases: z.array(z.string()) }))
      .openapi({ description: 'in the order of the flow of data' }),
  })
  .openapi('LineageKinds');

export const OperatorToken = z.object({ token: z.string().max(500) }).openapi('OperatorToken');
export const OperatorState = z.object({ operator: z.boolean() }).openapi('OperatorState');
