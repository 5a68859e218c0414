import type { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { UserError } from '@visavox/core/errors';
import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { ApiEnv } from './api-env.ts';
import { byOf } from './operators.ts';

/** What the words in a path are of. */
const kinds = {
  runs: 'run',
  sweeps: 'sweep',
  pipelines: 'pipeline',
  experiments: 'experiment',
  models: 'model',
  releases: 'release',
  approvals: 'approval',
  datasets: 'dataset',
  users: 'user',
  tokens: 'token',
} as const;

const Named = z.object({
  id: z.string().optional(),
  name: z.string().optional(),
  digest: z.string().optional(),
  version: z.number().optional(),
});
const mostCharacters = 500;

/**
 * Writes down who is about to do what before it is done, and what came of it afterwards: where a process dies in between, it is
 * known that it was asked for.
 */
export function auditing(audit: SqlAuditLog, action: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const target = targetOf(c);
    const event = { ...whoAndWhere(c), action };
    await audit.append({ ...event, target, outcome: 'asked', reason: await reasonOf(c, action) });
    await next();
    const made = c.get('auditTarget') ?? target ?? (c.res.ok ? await madeBy(c) : null);
    const refused = c.error instanceof UserError ? c.error.code : c.res.ok ? null : `http_${c.res.status}`;
    const outcome = refused === null ? 'done' : 'refused';
    await audit.append({ ...event, target: made, outcome, reason: refused });
  };
}

/** For what is recorded of a request by hand. */
export function whoAndWhere<E extends ApiEnv>(c: Context<E>) {
  return {
    by: byOf(c),
    role: c.get('caller')?.user?.role ?? null,
    network: c.get('network') ?? null,
    request: c.get('requestId') ?? null,
  };
}

function targetOf(c: Context<ApiEnv>): string | null {
  const [, word = '', id] = /^\/api\/v1\/([^/]+)\/([^/]+)/.exec(c.req.path) ?? [];
  const kind = Object.entries(kinds).find(([name]) => name === word)?.[1];
  if (kind === undefined || id === undefined) return null;
  const environment = c.req.query('environment');
  const where = environment === undefined ? '' : ` in ${environment}`;
  return `${kind}:${decoded(id)}${where}`.slice(0, mostCharacters);
}

/** What the answer calls that which was made. */
async function madeBy(c: Context<ApiEnv>): Promise<string | null> {
  const [, word = ''] = /^\/api\/v1\/([^/]+)$/.exec(c.req.path) ?? [];
  const kind = Object.entries(kinds).find(([name]) => name === word)?.[1];
  if (kind === undefined || !/json/.test(c.res.headers.get('content-type') ?? '')) return null;
  const made = Named.safeParse(
    await c.res
      .clone()
      .json()
      .catch(() => null),
  ).data;
  const id = made?.id ?? made?.name ?? made?.digest;
  return id === undefined ? null : `${kind}:${id}`.slice(0, mostCharacters);
}

const Reason = z.object({ reason: z.string().optional() });

/** What people said why, in the address or the body; nothing else of a body is looked at. */
async function reasonOf(c: Context<ApiEnv>, action: string): Promise<string | null> {
  const inAddress = c.req.query('reason');
  if (inAddress !== undefined) return inAddress.slice(0, mostCharacters);
  if (!/^(release|approval)\./.test(action) || !/json/.test(c.req.header('content-type') ?? '')) return null;
  const body = Reason.safeParse(await c.req.json().catch(() => null)).data;
  return body?.reason?.slice(0, mostCharacters) ?? null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
