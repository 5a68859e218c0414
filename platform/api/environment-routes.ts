import { createRoute } from '@hono/zod-openapi';
import { Name } from '@visavox/core/model';
import {
  Compared,
  DescribedEnvironment,
  ModelEnvironments,
  ReleaseSettingsRecord,
  SettingsComparison,
} from './environment-schemas.ts';
import { Id, json, OfModel, operator, problem } from './route-parts.ts';

const base = { tags: ['platform'], security: operator };

/** What environments of models are declared to be, and what releases went out with. */
export const environmentRoutes = {
  modelEnvironments: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/environments' },
    summary: 'What is declared of each environment of each model, and what has changed since its release',
    responses: { 200: json(ModelEnvironments, 'by model, as they are declared'), default: problem },
  }),
  modelEnvironment: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/environments/{environment}' },
    summary: 'One environment, with the versions of its settings',
    request: { params: OfModel.extend({ environment: Name }) },
    responses: { 200: json(DescribedEnvironment, 'as it stands'), default: problem },
  }),
  environmentDifference: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/models/{name}/environment-difference' },
    summary: 'What two environments differ in, or two versions of one',
    request: { params: OfModel, query: Compared },
    responses: { 200: json(SettingsComparison, 'from the first to the second'), default: problem },
  }),
  releaseSettings: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/releases/{id}/settings' },
    summary: 'What a release goes out with, beside where it served before',
    request: { params: Id },
    responses: {
      200: json(ReleaseSettingsRecord, 'to be looked at before it is promoted'),
      default: problem,
    },
  }),
} as const;
