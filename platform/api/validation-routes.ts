import { createRoute, z } from '@hono/zod-openapi';
import { body, json, operator, problem } from './route-parts.ts';
import { Computing, DatasetValidation, DatasetValidations, NewValidation } from './validation-schemas.ts';

const request = { params: z.object({ digest: z.string() }) };

/** Whether dataset versions are as rules want them. */
export const validationRoutes = {
  validateDataset: createRoute({
    method: 'post',
    path: '/api/v1/datasets/{digest}/validations',
    tags: ['platform'],
    summary: 'Hold a version against rules',
    description: 'The outcome is kept: asked for again with the same rules, nothing is read.',
    security: operator,
    request: { ...request, body: body(NewValidation) },
    responses: {
      200: json(DatasetValidation, 'checked, whether the rules hold or not'),
      202: json(Computing, 'being checked: ask again'),
      default: problem,
    },
  }),
  validations: createRoute({
    method: 'get',
    path: '/api/v1/datasets/{digest}/validations',
    tags: ['platform'],
    summary: 'What came of holding a version against rules, newest first',
    security: operator,
    request,
    responses: { 200: json(DatasetValidations, 'all that is kept'), default: problem },
  }),
} as const;
