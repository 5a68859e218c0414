import { createRoute, z } from '@hono/zod-openapi';
import { Approval } from '@visavox/core/approval';
import { ReleaseSettingsRecord } from './environment-schemas.ts';
import { ReleaseRecord } from './model-schemas.ts';
import { body, Id, json, limit, operator, problem } from './route-parts.ts';

const base = { tags: ['platform'], security: operator };
const reason = z.string().trim().min(1).max(500);

export const ApprovalRecord = z.object(Approval.shape).openapi('Approval');
const Approvals = z.object({ approvals: z.array(ApprovalRecord) }).openapi('Approvals');
export const CheckedApproval = z
  .object({
    ...Approval.shape,
    checks: z.array(
      z.object({
        check: z.enum(['declared', 'up', 'same_bundle', 'same_champion', 'asker']),
        passed: z.boolean(),
        said: z.string(),
      }),
    ),
    metrics: z
      .record(z.string(), z.object({ release: z.number().nullable(), champion: z.number().nullable() }))
      .openapi({ description: 'of the version that would serve, and of the one that does' }),
    settings: ReleaseSettingsRecord.nullable().openapi({
      description: 'what it would serve with, beside where it served before; null where the release is gone',
    }),
  })
  .openapi('CheckedApproval');

/** Promotions that a second person has to agree to. */
export const approvalRoutes = {
  approvals: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/approvals' },
    request: {
      query: z.object({
        open: z
          .enum(['true', 'false'])
          .default('false')
          .openapi({ description: 'those alone that wait for somebody' }),
        limit,
      }),
    },
    responses: { 200: json(Approvals, 'newest first'), default: problem },
  }),
  approval: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/approvals/{id}' },
    summary: 'A request, and what there is to look at before it is approved',
    request: { params: Id },
    responses: { 200: json(CheckedApproval, 'as it stands'), default: problem },
  }),
  approve: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/approvals/{id}/approve' },
    summary: 'Make the release champion; by another user than the one who asked',
    request: { params: Id, body: body(z.object({ reason: reason.optional() }).openapi('ApprovalGiven')) },
    responses: { 200: json(ReleaseRecord, 'champion'), default: problem },
  }),
  reject: createRoute({
    ...{ ...base, method: 'post', path: '/api/v1/approvals/{id}/reject' },
    summary: 'Leave what serves as it is; whoever asked may withdraw it so',
    request: { params: Id, body: body(z.object({ reason }).openapi('ApprovalRefused')) },
    responses: { 200: json(ApprovalRecord, 'rejected'), default: problem },
  }),
} as const;
