import { createRoute, z } from '@hono/zod-openapi';
import { ApprovalRecord } from './approval-routes.ts';
import {
  Bundle,
  Candidate,
  Model,
  ModelRecord,
  Models,
  Proposal,
  Reason,
  Registration,
  ReleaseHistory,
  ReleaseRecord,
  Releases,
  Training,
  TrainingProgress,
  TrainingWish,
} from './model-schemas.ts';
import {
  body,
  Id,
  InEnvironment,
  json,
  limit,
  OfModel,
  OfVersion,
  operator,
  problem,
} from './route-parts.ts';
import { RunStarted } from './schemas.ts';

const base = { tags: ['platform'], security: operator };

/** Models, their versions, trainings and releases, by the model's name. */
export const modelRoutes = {
  models: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models' },
    summary: 'The versions of all models',
    responses: { 200: json(Models, 'by name, of each the newest first'), default: problem },
  }),
  modelVersions: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/versions' },
    request: { params: OfModel },
    responses: { 200: json(Models, 'newest first'), default: problem },
  }),
  register: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/models/{name}/versions' },
    summary: 'Register what a run made, or files, as a version; the same files are one version',
    request: { params: OfModel, body: body(Registration) },
    responses: { 201: json(ModelRecord, 'registered'), default: problem },
  }),
  modelVersion: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/versions/{version}' },
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(Model, 'found'), default: problem },
  }),
  bundle: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/versions/{version}/bundle' },
    summary: 'What a model version is made of: its files with their digests',
    request: { params: OfVersion, query: InEnvironment },
    responses: { 200: json(Bundle, 'its manifest'), default: problem },
  }),
  bundleFile: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/versions/{version}/files/{file}' },
    summary: 'One file of a model version',
    request: { params: OfVersion.extend({ file: z.string().min(1).max(200) }), query: InEnvironment },
    responses: {
      200: {
        description: 'its bytes',
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
  trainingProgress: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/training' },
    summary: 'Where continuous training stands',
    request: { params: OfModel, query: InEnvironment },
    responses: { 200: json(TrainingProgress, 'now'), default: problem },
  }),
  training: createRoute({
    ...{ ...base, method: 'put', path: '/api/v1/models/{name}/training' },
    summary: 'Pause continuous training, or let it go on',
    request: { params: OfModel, query: InEnvironment, body: body(Training) },
    responses: { 200: json(Training, 'as it is now'), default: problem },
  }),
  retrain: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/models/{name}/training' },
    summary: 'Train now, whatever the triggers say; the training that is under way where there is one',
    request: { params: OfModel, query: InEnvironment, body: body(TrainingWish) },
    responses: { 202: json(RunStarted, 'started'), default: problem },
  }),
  candidate: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/models/{name}/candidates' },
    summary: 'Have a model judged that was made by hand, and released where it passes the gate',
    request: { params: OfModel, query: InEnvironment, body: body(Candidate) },
    responses: { 202: json(RunStarted, 'the run that judges it'), default: problem },
  }),
  releases: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/releases' },
    summary: 'The releases of all models',
    request: { query: InEnvironment },
    responses: {
      200: json(Releases, 'by model and environment, of each the newest first'),
      default: problem,
    },
  }),
  modelReleases: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/releases' },
    request: { params: OfModel, query: InEnvironment },
    responses: { 200: json(Releases, 'by environment, of each the newest first'), default: problem },
  }),
  releaseHistory: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/release-history' },
    summary: 'What became of releases, why and by whom: nothing of it is ever changed',
    request: { params: OfModel, query: InEnvironment.extend({ limit }) },
    responses: { 200: json(ReleaseHistory, 'newest first'), default: problem },
  }),
  propose: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/models/{name}/releases' },
    summary: 'Bring a model version up beside the champion',
    request: { params: OfModel, query: InEnvironment, body: body(Proposal) },
    responses: { 201: json(ReleaseRecord, 'proposed'), default: problem },
  }),
  promote: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/releases/{id}/promote' },
    summary: 'Make a release the champion of its model in its environment',
    request: { params: Id, query: Reason },
    responses: {
      200: json(ReleaseRecord, 'champion'),
      202: json(ApprovalRecord, 'asked for, where a second person has to agree'),
      default: problem,
    },
  }),
  rollback: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/models/{name}/rollback' },
    summary: 'Make the release before the present one champion again',
    request: { params: OfModel, query: InEnvironment.extend(Reason.shape) },
    responses: { 200: json(ReleaseRecord, 'serving again'), default: problem },
  }),
} as const;
