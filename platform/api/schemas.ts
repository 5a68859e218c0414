import { z } from '@hono/zod-openapi';
import { CodeManifest, CodeReference } from '@visavox/core/code';
import { DatasetItem, DatasetManifest } from '@visavox/core/dataset';
import { Digest } from '@visavox/core/digest';
import { Parameter, RunRecord } from '@visavox/core/run';
import { RunAnnotationChanges, RunAnnotations, RunSummary } from '@visavox/core/run-summary';
import { Role } from '@visavox/core/user';

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
    environments: z
      .array(
        z.object({
          name: z.string(),
          model: z.string(),
          champion: Serving,
          challenger: Serving,
          serving: z.string().nullish().openapi({
            description: 'where its champion answers over the Open Inference Protocol; /v2 follows',
          }),
        }),
      )
      .openapi({ description: 'one entry for each model that is released to an environment' }),
    sharedTokenOn: z
      .boolean()
      .optional()
      .openapi({ description: "whether the operators' shared token still counts" }),
  })
  // Figures that a project adds.
  .catchall(z.unknown())
  .openapi('Status');

const EngineName = z.string().min(1).max(100);

// Made anew, since a schema made before the OpenAPI extension lacks its method.
export const Run = z.object(RunRecord.shape).openapi('Run');
export const OutputFiles = z
  .object({
    type: z.string().openapi({ description: 'as Kubeflow Pipelines names it, such as system.Model' }),
    digest: Digest,
    files: z.array(z.object({ path: z.string(), digest: Digest, bytes: z.int() })),
  })
  .openapi('OutputFiles');
export const RunDetails = z
  .object({
    ...RunRecord.shape,
    edges: z
      .array(z.object({ from: z.string(), to: z.string() }))
      .openapi({ description: 'how its tasks follow each other, by name, as the pipeline says' }),
  })
  .openapi('RunDetails');
const Summary = z.object(RunSummary.shape).openapi('RunSummary');
export const Runs = z
  .object({ runs: z.array(Summary), total: z.int().openapi({ description: 'of those that match' }) })
  .openapi('Runs');
export const RunChanges = z
  .object(RunAnnotationChanges.shape)
  .openapi('RunChanges', { description: 'null takes away, what is left out stays' });
export const RunDifference = z
  .object({
    from: z.string(),
    to: z.string(),
    code: z
      .object({
        added: z.array(z.string()),
        removed: z.array(z.string()),
        changed: z.array(
          z.object({
            path: z.string(),
            patch: z
              .string()
              .nullable()
              .openapi({ description: 'a unified diff; null where it is large or no text' }),
          }),
        ),
      })
      .nullable()
      .openapi({ description: 'null where the code of one of them is not kept, such as that in an image' }),
    packages: z
      .array(
        z.object({
          task: z.string(),
          name: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
        }),
      )
      .openapi({ description: 'of tasks that both have, which declare packages of their own' }),
    datasets: z.array(
      z.object({
        name: z.string(),
        before: Digest.nullable(),
        after: Digest.nullable(),
        added: z.int(),
        removed: z.int(),
        changed: z.int(),
      }),
    ),
  })
  .openapi('RunDifference');
export const NewRun = z
  .object({
    pipelineSpec: z.record(z.string(), z.unknown()).openapi({ description: 'compiled PipelineSpec' }),
    parameters: z.record(z.string(), Parameter).default({}),
    useCache: z.boolean().default(true),
    engine: EngineName.optional().openapi({
      description:
        'where to run it, by the name of an engine that is there; as the server is configured unless given',
    }),
    code: z.object(CodeReference.shape).optional().openapi({
      description: "a stored snapshot that its steps run in; the server's own project unless given",
    }),
    trigger: z.string().max(200).default('manual'),
    seed: z.int().default(0),
    ...RunAnnotations.shape,
  })
  .openapi('NewRun');
export const NewCode = z.object(CodeManifest.shape).openapi('NewCode');
export const StoredCode = z
  .object({
    digest: Digest,
    missing: z
      .array(Digest)
      .openapi({ description: 'to be sent first; the code is stored when there are none' }),
  })
  .openapi('StoredCode');
export const NewDataset = DatasetManifest.omit({ format: true })
  .extend({ items: z.array(DatasetItem).min(1).max(1_000_000) })
  .openapi('NewDataset');
export const SavedDataset = z.object({ digest: Digest, items: z.int() }).openapi('SavedDataset');
export const DatasetState = z
  .object({
    items: z.int(),
    missing: z.array(z.string()),
    corrupted: z.array(z.string()),
    next: z.int().nullable(),
  })
  .openapi('DatasetState');
export const BlobDigests = z.object({ digests: z.array(Digest).max(10_000) }).openapi('BlobDigests');
export const MissingBlobs = z.object({ missing: z.array(Digest) }).openapi('MissingBlobs');
export const BlobParts = z
  .object({
    stored: z.boolean(),
    partBytes: z.int(),
    parts: z.array(z.object({ number: z.int(), digest: Digest })),
  })
  .openapi('BlobParts');
export const JoinedParts = z.object({ parts: z.array(Digest).min(1).max(300_000) }).openapi('JoinedParts');
export const JoinState = z.object({ state: z.enum(['stored', 'storing']) }).openapi('JoinState');

export const Reproduction = z.object({ engine: EngineName.optional() }).openapi('Reproduction');
export const RunStarted = z.object({ id: z.string() }).openapi('RunStarted');

const SplitListing = z.object({
  name: z.string(),
  parts: z.array(z.object({ part: z.string(), dataset: Digest })),
});
export const Datasets = z
  .object({
    datasets: z.array(
      z.object({
        ...{ digest: Digest, name: z.string(), items: z.int(), createdAt: z.string() },
        splits: z.array(SplitListing).openapi({ description: 'the versions that it was split into' }),
      }),
    ),
  })
  .openapi('Datasets');
export const Dataset = z.object({ digest: Digest, manifest: DatasetManifest }).openapi('Dataset');
const Item = z.object(DatasetItem.shape).openapi('DatasetItem');
export const DatasetItems = z
  .object({
    digest: Digest,
    name: z.string(),
    items: z.array(Item).openapi({ description: 'by key' }),
    found: z.int().openapi({ description: 'how many match what was looked for' }),
    total: z.int(),
    bytes: z.int().openapi({ description: 'of all items together' }),
  })
  .openapi('DatasetItems');
const counted = <T extends z.ZodType>(item: T) => z.object({ count: z.int(), items: z.array(item) });
export const DatasetDifference = z
  .object({
    added: counted(Item),
    removed: counted(Item),
    changed: counted(z.object({ before: Item, after: Item })),
  })
  .openapi('DatasetDifference');

/** What a server runs with. Nothing in it is secret. */
export const ServerFacts = z
  .object({
    project: z.object({
      name: z.string(),
      folder: z.string(),
      models: z.array(z.string()),
      pages: z.boolean().openapi({ description: 'whether it has pages of its own' }),
    }),
    engines: z.array(z.string()).openapi({ description: 'by the names that runs ask for' }),
    settings: z.array(
      z.object({
        name: z.string().openapi({ description: 'of the environment variable' }),
        value: z.string().nullable().openapi({ description: 'null where it is not set' }),
      }),
    ),
    versions: z.array(z.object({ name: z.string(), version: z.string() })),
  })
  .openapi('ServerFacts');
export type ServerFacts = z.infer<typeof ServerFacts>;

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

export const OperatorState = z
  .object({
    operator: z.boolean().openapi({ description: 'whether they have the role operator' }),
    user: z
      .object({
        name: z.string(),
        role: Role,
        shared: z.boolean().openapi({ description: "by the operators' shared token" }),
        sharedTokenOn: z.boolean().openapi({ description: 'whether that token still counts' }),
      })
      .nullable(),
    organisation: z
      .object({
        name: z.string().openapi({ description: 'what people call it' }),
        address: z.string().openapi({ description: 'where a browser begins' }),
      })
      .nullable()
      .openapi({ description: 'the OpenID provider by which users may sign in too' }),
  })
  .openapi('OperatorState');
