import { createRoute, z } from '@hono/zod-openapi';
import { DatasetTombstone, DatasetTombstones, NewDeletion } from './deletion-schemas.ts';
import { body, json, operator, problem } from './route-parts.ts';

/** Dataset versions that are not wanted any more, and what is still known of them. */
export const deletionRoutes = {
  deleteDataset: createRoute({
    method: 'post',
    path: '/api/v1/datasets/{digest}/deletion',
    tags: ['platform'],
    summary: 'Delete a version with its parts, and the bytes that nothing else holds',
    description: 'What was made from it stays, and lineage still knows that there was a version.',
    security: operator,
    request: { params: z.object({ digest: z.string() }), body: body(NewDeletion) },
    responses: { 200: json(DatasetTombstone, 'deleted'), default: problem },
  }),
  tombstones: createRoute({
    method: 'get',
    path: '/api/v1/dataset-tombstones',
    tags: ['platform'],
    summary: 'Dataset versions that were deleted, newest first',
    security: operator,
    request: { query: z.object({ name: z.string().max(200).optional() }) },
    responses: { 200: json(DatasetTombstones, 'all, or those of one dataset'), default: problem },
  }),
} as const;
