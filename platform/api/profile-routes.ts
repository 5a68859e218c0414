import { createRoute, z } from '@hono/zod-openapi';
import { DatasetProfile, ProfileDifference, ProfilePending } from './profile-schemas.ts';
import { json, operator, problem } from './route-parts.ts';

const OfVersion = z.object({ digest: z.string() });
const pending = json(ProfilePending, 'being computed: ask again');

/** What is in dataset versions. */
export const profileRoutes = {
  datasetProfile: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/profile',
    tags: ['platform'],
    summary: 'What is in a version: kinds of items, labels, and the columns of its tables',
    description: 'Computed when it is asked for the first time, and kept.',
    security: operator,
    request: { params: OfVersion },
    responses: { 200: json(DatasetProfile, 'computed'), 202: pending, default: problem },
  }),
  profileDifference: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/profile/difference',
    tags: ['platform'],
    summary: 'What is otherwise in its tables than in those of another version',
    security: operator,
    request: {
      params: OfVersion,
      query: z.object({ from: z.string().openapi({ description: 'the digest of the other version' }) }),
    },
    responses: { 200: json(ProfileDifference, 'by column'), 202: pending, default: problem },
  }),
} as const;
