import { createRoute, z } from '@hono/zod-openapi';
import { body, json, operator, problem } from './route-parts.ts';
import { DatasetSplit, DatasetSplits, NewSplit } from './split-schemas.ts';
import { Computing } from './validation-schemas.ts';

const request = { params: z.object({ digest: z.string() }) };

/** Dataset versions in parts. */
export const splitRoutes = {
  splitDataset: createRoute({
    method: 'post',
    path: '/api/v1/datasets/{digest}/splits',
    tags: ['platform'],
    summary: 'Split a version by group, time or stratum',
    description: 'Each part is a dataset version. A split never changes: the same wish gives the same one.',
    security: operator,
    request: { ...request, body: body(NewSplit) },
    responses: {
      201: json(DatasetSplit, 'split'),
      202: json(Computing, 'being split: ask again'),
      default: problem,
    },
  }),
  splits: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/splits',
    tags: ['platform'],
    summary: 'The splits of a version, by name',
    security: operator,
    request,
    responses: { 200: json(DatasetSplits, 'all'), default: problem },
  }),
} as const;
