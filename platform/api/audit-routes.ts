import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AuditQuery, SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { AuditEntry, AuditFault, AuditHead, AuditOutcome } from '@visavox/core/audit';
import { UserError } from '@visavox/core/errors';
import type { Logger } from 'pino';
import type { ApiEnv } from './api-env.ts';
import { json, limit, operator, problem } from './route-parts.ts';
import { streamedBody } from './streams.ts';

const base = { tags: ['audit'], security: operator };
const time = z.iso.datetime({ offset: true });
const Filter = z.object({
  by: z.string().max(200).optional(),
  action: z.string().max(100).optional().openapi({ description: 'the beginning of it, such as `release.`' }),
  target: z.string().max(500).optional().openapi({ description: 'the beginning of it, such as `run:`' }),
  outcome: AuditOutcome.optional(),
  since: time.optional(),
  until: time.optional(),
});
const Entry = z.object(AuditEntry.shape).openapi('AuditEntry');
const Entries = z.object({ entries: z.array(Entry), total: z.int() }).openapi('AuditEntries');
const Verdict = z
  .object({
    intact: z.boolean(),
    entries: z.int(),
    head: z
      .object(AuditHead.shape)
      .openapi({ description: 'to be noted elsewhere, and compared with later' }),
    faults: z.array(z.object(AuditFault.shape)),
  })
  .openapi('AuditVerdict');
const known = z
  .string()
  .regex(/^[1-9][0-9]{0,15}:sha256:[0-9a-f]{64}$/, 'expected POSITION:DIGEST')
  .optional()
  .openapi({ description: 'a head that was noted before, as POSITION:DIGEST' });

/** Who did what. */
export const auditRoutes = {
  audit: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/audit' },
    summary: 'The audit log, page by page',
    request: {
      query: Filter.extend({
        start: z.coerce.number().int().nonnegative().max(100_000_000).default(0),
        limit: limit.default(50),
      }),
    },
    responses: { 200: json(Entries, 'newest first'), default: problem },
  }),
  exportAudit: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/audit/export' },
    summary: 'The audit log as JSON lines, oldest first',
    request: { query: Filter },
    responses: {
      200: {
        description: 'an entry a line',
        // JSON lines have no registered media type.
        content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
      },
      default: problem,
    },
  }),
  verifyAudit: createRoute({
    ...{ ...base, method: 'get', path: '/api/v1/audit/verify' },
    summary: 'Follow the chain of digests from the first entry on',
    request: { query: z.object({ known }) },
    responses: { 200: json(Verdict, 'and what does not fit'), default: problem },
  }),
} as const;

export function addAuditRoutes(
  app: OpenAPIHono<ApiEnv>,
  { audit, log }: { readonly audit: SqlAuditLog; readonly log: Logger },
): void {
  app.openapi(auditRoutes.audit, async (c) => {
    const { start, limit, ...query } = c.req.valid('query');
    const { entries, total } = await audit.page(inOrder(query), { start, limit });
    return c.json({ entries: [...entries], total }, 200);
  });

  app.openapi(auditRoutes.exportAudit, async (c) => {
    const body = await streamedBody(c, linesOf(audit, inOrder(c.req.valid('query'))), log);
    return c.body(body, 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="audit.jsonl"',
    });
  });

  app.openapi(auditRoutes.verifyAudit, async (c) => {
    const [, position, digest] = /^(\d+):(.+)$/.exec(c.req.valid('query').known ?? '') ?? [];
    const head = position === undefined ? undefined : AuditHead.parse({ position: Number(position), digest });
    const { faults, ...verdict } = await audit.verify(head);
    return c.json({ ...verdict, faults: [...faults] }, 200);
  });
}

async function* linesOf(audit: SqlAuditLog, query: AuditQuery): AsyncGenerator<Uint8Array, void> {
  for await (const entry of audit.read(query)) yield Buffer.from(`${JSON.stringify(entry)}\n`);
}

function inOrder(query: AuditQuery): AuditQuery {
  const { since, until } = query;
  if (since === undefined || until === undefined || new Date(since) <= new Date(until)) return query;
  throw new UserError({
    kind: 'invalid',
    code: 'time_range_invalid',
    message: `the log cannot be shown from ${since} until ${until}, which is earlier`,
    action: 'Exchange the two.',
  });
}
