import { createRoute, z } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { RunState } from '@visavox/core/run';
import { approvalRoutes } from './approval-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { croissantRoute } from './croissant-route.ts';
import { CurveWish, RunCurves } from './curve-schemas.ts';
import { deletionRoutes } from './deletion-routes.ts';
import { environmentRoutes } from './environment-routes.ts';
import { experimentRoutes } from './experiment-routes.ts';
import { WithIdempotencyKey } from './idempotency.ts';
import { modelFactsRoutes } from './model-facts-routes.ts';
import { modelRoutes } from './model-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { recurringRoutes } from './recurring-routes.ts';
import { body, Id, json, limit, none, operator, problem } from './route-parts.ts';
import {
  BlobDigests,
  BlobParts,
  Dataset,
  DatasetDifference,
  DatasetItems,
  DatasetState,
  Datasets,
  JoinedParts,
  JoinState,
  LineageKinds,
  MissingBlobs,
  NewCode,
  NewDataset,
  NewRun,
  OutputFiles,
  Reproduction,
  RunChanges,
  RunDetails,
  RunDifference,
  RunStarted,
  Runs,
  SavedDataset,
  ServerFacts,
  Status,
  StoredCode,
  Trace,
} from './schemas.ts';
import { splitRoutes } from './split-routes.ts';
import { sweepRoutes } from './sweep-routes.ts';
import { userRoutes } from './user-routes.ts';
import { validationRoutes } from './validation-routes.ts';
import { Computing } from './validation-schemas.ts';

/** Of a run, as the run itself names them. */
const OfOutput = Id.extend({ task: z.string().min(1).max(500), output: z.string().min(1).max(200) });

const tag = z
  .string()
  .max(700)
  .regex(/^[^=]+=/, 'a tag is KEY=VALUE');

const RunsWish = z.object({
  pipeline: z.string().max(200).optional(),
  state: RunState.optional(),
  tag: z
    .union([tag, z.array(tag)])
    .optional()
    .openapi({ description: 'KEY=VALUE; several are all to hold' }),
  sweep: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: 'the id of the sweep that they are trials of' }),
  find: z
    .string()
    .max(200)
    .optional()
    .openapi({ description: "part of the id, the name, the note or the pipeline's name" }),
  sort: z.string().min(1).max(300).optional().openapi({ description: 'the name of a metric' }),
  order: z.enum(['asc', 'desc']).default('desc').openapi({ description: 'of the metric' }),
  start: z.coerce.number().int().nonnegative().max(10_000_000).default(0),
  limit: limit.default(50),
});

/** What the platform answers, whatever the project is. */
export const platformRoutes = {
  croissant: croissantRoute,
  ...deletionRoutes,
  ...modelRoutes,
  ...modelFactsRoutes,
  ...profileRoutes,
  ...splitRoutes,
  ...sweepRoutes,
  ...recurringRoutes,
  ...environmentRoutes,
  ...experimentRoutes,
  ...validationRoutes,
  ...approvalRoutes,
  ...userRoutes,
  ...auditRoutes,
  health: createRoute({
    method: 'get',
    path: '/health',
    tags: ['service'],
    responses: { 200: json(z.object({ status: z.literal('ok') }), 'alive') },
  }),
  status: createRoute({
    method: 'get',
    path: '/api/v1/status',
    tags: ['operation'],
    security: operator,
    responses: { 200: json(Status, 'services and environments'), default: problem },
  }),
  metrics: createRoute({
    method: 'get',
    path: '/api/v1/metrics',
    tags: ['operation'],
    summary: 'Of this process and of what is released and tested, as Prometheus reads it',
    security: operator,
    responses: {
      200: {
        content: { 'text/plain': { schema: z.string() } },
        description: 'in the text format of Prometheus',
      },
      default: problem,
    },
  }),
  settings: createRoute({
    method: 'get',
    path: '/api/v1/settings',
    tags: ['operation'],
    summary: 'What this server runs with; secrets are left out',
    security: operator,
    responses: { 200: json(ServerFacts, 'as it was started'), default: problem },
  }),
  runs: createRoute({
    method: 'get',
    path: '/api/v1/runs',
    tags: ['platform'],
    summary: 'Runs in brief, newest first or by a metric',
    security: operator,
    request: { query: RunsWish },
    responses: { 200: json(Runs, 'a page of them'), default: problem },
  }),
  startRun: createRoute({
    method: 'post',
    path: '/api/v1/runs',
    tags: ['platform'],
    summary: 'Run a pipeline; asked for again with the same Idempotency-Key, it is the same run',
    security: operator,
    request: { headers: WithIdempotencyKey, body: body(NewRun) },
    responses: { 202: json(RunStarted, 'started'), default: problem },
  }),
  run: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}',
    tags: ['platform'],
    summary: 'A run, by its id, the beginning of it, or its name',
    security: operator,
    request: { params: Id },
    responses: { 200: json(RunDetails, 'found'), default: problem },
  }),
  changeRun: createRoute({
    method: 'patch',
    path: '/api/v1/runs/{id}',
    tags: ['platform'],
    summary: 'What people call a run and say about it',
    security: operator,
    request: { params: Id, body: body(RunChanges) },
    responses: { 200: json(RunDetails, 'as it is now'), default: problem },
  }),
  runDifference: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}/difference',
    tags: ['platform'],
    summary: 'What it was made from that another run was not: code, packages, items of datasets',
    security: operator,
    request: {
      params: Id,
      query: z.object({ from: Id.shape.id.openapi({ description: 'the other run, the earlier one' }) }),
    },
    responses: { 200: json(RunDifference, 'what differs'), default: problem },
  }),
  runCurves: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}/curves',
    tags: ['platform'],
    summary: 'How the metrics that its tasks log went so far',
    security: operator,
    request: { params: Id, query: CurveWish },
    responses: { 200: json(RunCurves, 'by task and metric'), default: problem },
  }),
  cancelRun: createRoute({
    method: 'post',
    path: '/api/v1/runs/{id}/cancel',
    tags: ['platform'],
    security: operator,
    request: { params: Id },
    responses: { 202: json(RunStarted, 'asked to stop'), default: problem },
  }),
  resumeRun: createRoute({
    method: 'post',
    path: '/api/v1/runs/{id}/resume',
    tags: ['platform'],
    security: operator,
    request: { params: Id },
    responses: { 202: json(RunStarted, 'goes on'), default: problem },
  }),
  reproduceRun: createRoute({
    method: 'post',
    path: '/api/v1/runs/{id}/reproduce',
    tags: ['platform'],
    summary: 'Run the same pipeline on the same datasets with the same parameters and seed, every task anew',
    security: operator,
    request: { params: Id, body: body(Reproduction) },
    responses: { 202: json(RunStarted, 'started'), default: problem },
  }),
  taskLogs: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}/tasks/{task}/logs',
    tags: ['platform'],
    security: operator,
    request: { params: Id.extend({ task: z.string().min(1).max(500) }) },
    responses: {
      200: { description: 'so far', content: { 'text/plain': { schema: z.string() } } },
      default: problem,
    },
  }),
  taskOutput: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}/tasks/{task}/outputs/{output}',
    tags: ['platform'],
    summary: 'The files of what a task made',
    security: operator,
    request: { params: OfOutput },
    responses: { 200: json(OutputFiles, 'one without a path where it is a file'), default: problem },
  }),
  taskOutputFile: createRoute({
    method: 'get',
    path: '/api/v1/runs/{id}/tasks/{task}/outputs/{output}/file',
    tags: ['platform'],
    summary: 'One of these files',
    security: operator,
    request: { params: OfOutput, query: z.object({ path: z.string().max(1000).default('') }) },
    responses: {
      200: {
        description: 'its bytes',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
  datasets: createRoute({
    method: 'get',
    path: '/api/v1/datasets',
    tags: ['platform'],
    security: operator,
    responses: { 200: json(Datasets, 'newest first'), default: problem },
  }),
  dataset: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}',
    tags: ['platform'],
    security: operator,
    request: { params: z.object({ digest: z.string() }) },
    responses: { 200: json(Dataset, 'found'), default: problem },
  }),
  saveDataset: createRoute({
    method: 'post',
    path: '/api/v1/datasets',
    tags: ['platform'],
    summary: 'A dataset version of blobs that are there already; the same items are the same version',
    security: operator,
    description: 'Where the project declares rules for the dataset, a version that breaks them is refused.',
    request: { body: body(NewDataset) },
    responses: {
      201: json(SavedDataset, 'saved'),
      202: json(Computing, 'being held against its rules: send it again'),
      default: problem,
    },
  }),
  verifyDataset: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/verify',
    tags: ['platform'],
    summary: 'Reads every item and compares it with its digest',
    description:
      'With `start`, from that item on for some seconds: `next` is where to go on. A damaged item counts as missing until it is sent again.',
    security: operator,
    request: {
      params: z.object({ digest: z.string() }),
      query: z.object({ start: z.coerce.number().int().nonnegative().optional() }),
    },
    responses: { 200: json(DatasetState, 'read'), default: problem },
  }),
  datasetItems: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/items',
    tags: ['platform'],
    summary: 'Some of the items of a version, and how many there are',
    security: operator,
    request: {
      params: z.object({ digest: z.string() }),
      query: z.object({
        find: z.string().max(1000).optional().openapi({ description: 'part of a key or of a label' }),
        start: z.coerce.number().int().nonnegative().default(0),
        limit,
      }),
    },
    responses: { 200: json(DatasetItems, 'by key'), default: problem },
  }),
  datasetDifference: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/difference',
    tags: ['platform'],
    summary: 'What changed since another version, by key',
    security: operator,
    request: {
      params: z.object({ digest: z.string() }),
      query: z.object({
        from: z.string().openapi({ description: 'the digest of the other version' }),
        limit,
      }),
    },
    responses: { 200: json(DatasetDifference, 'of each kind, the first ones and a count'), default: problem },
  }),
  datasetItem: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/items/{key}',
    tags: ['platform'],
    security: operator,
    request: { params: z.object({ digest: z.string(), key: z.string().min(1).max(1000) }) },
    responses: {
      200: {
        description: 'its bytes',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
  saveCode: createRoute({
    method: 'post',
    path: '/api/v1/code',
    tags: ['platform'],
    summary:
      "Store a snapshot of a project's folder, whose files are blobs; says which of them are not there yet",
    security: operator,
    request: { body: body(NewCode) },
    responses: { 200: json(StoredCode, 'stored, where nothing is missing'), default: problem },
  }),
  missingBlobs: createRoute({
    method: 'post',
    path: '/api/v1/blobs/missing',
    tags: ['platform'],
    summary: 'Which of these are not there yet',
    security: operator,
    request: { body: body(BlobDigests) },
    responses: { 200: json(MissingBlobs, 'to be sent'), default: problem },
  }),
  putBlobs: createRoute({
    method: 'post',
    path: '/api/v1/blobs',
    tags: ['platform'],
    summary:
      'Many small blobs at once: a line of JSON, [[digest, length], …], then their bytes in that order',
    security: operator,
    request: {
      body: {
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        required: true,
      },
    },
    responses: { 204: none, default: problem },
  }),
  putBlob: createRoute({
    method: 'put',
    path: '/api/v1/blobs/{digest}',
    tags: ['platform'],
    summary: 'Bytes under their own digest',
    security: operator,
    request: {
      params: z.object({ digest: Digest }),
      body: {
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        required: true,
      },
    },
    responses: { 204: none, default: problem },
  }),
  blobParts: createRoute({
    method: 'get',
    path: '/api/v1/blobs/{digest}/parts',
    tags: ['platform'],
    summary: 'Which parts of a large file have arrived, so that an upload goes on where it stopped',
    security: operator,
    request: { params: z.object({ digest: Digest }) },
    responses: { 200: json(BlobParts, 'what need not be sent again'), default: problem },
  }),
  putBlobPart: createRoute({
    method: 'put',
    path: '/api/v1/blobs/{digest}/parts/{number}',
    tags: ['platform'],
    summary: 'A part of a large file, numbered from 0',
    security: operator,
    request: {
      params: z.object({ digest: Digest, number: z.coerce.number().int().min(0).max(999_999) }),
      body: {
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        required: true,
      },
    },
    responses: { 204: none, default: problem },
  }),
  joinBlobParts: createRoute({
    method: 'post',
    path: '/api/v1/blobs/{digest}/parts',
    tags: ['platform'],
    summary: 'Makes the file of its parts; to be repeated while it is being stored',
    security: operator,
    request: { params: z.object({ digest: Digest }), body: body(JoinedParts) },
    responses: {
      200: json(JoinState, 'stored'),
      202: json(JoinState, 'being stored: ask again'),
      default: problem,
    },
  }),
  trace: createRoute({
    method: 'get',
    path: '/api/v1/trace/{kind}/{id}',
    tags: ['platform'],
    summary: 'What it was made from and what it reached',
    description: 'Some kinds may be asked for as `latest`.',
    security: operator,
    request: { params: Id.extend({ kind: z.string().min(1).max(40) }) },
    responses: { 200: json(Trace, 'ancestors and descendants'), default: problem },
  }),
  lineageKinds: createRoute({
    method: 'get',
    path: '/api/v1/lineage-kinds',
    tags: ['platform'],
    summary: 'The kinds of things that can be traced, in the order of the flow of data',
    security: operator,
    responses: { 200: json(LineageKinds, 'those of the platform and of the project'), default: problem },
  }),
} as const;
