import type { SqlAuditLog } from '@visavox/adapters/sql/audit-log';
import { UserError } from '@visavox/core/errors';
import type { MiddlewareHandler } from 'hono';
import type { Access } from './access.ts';
import type { ApiEnv } from './api-env.ts';
import { whoAndWhere } from './auditing.ts';
import { requireRole } from './operators.ts';

const rememberedMs = 60_000;
const mostRemembered = 1000;

/** Lets those through who have the role; what others tried is recorded. */
export function guarded(
  { least, action }: Access,
  { audit }: { readonly audit: SqlAuditLog },
): MiddlewareHandler<ApiEnv> {
  // Steps show a token of their own to whatever answers them.
  if (least === 'anybody' || least === 'step') return (_, next) => next();
  const require = requireRole(least);
  const lately = new Map<string, number>();
  return async (c, next) => {
    let allowed = false;
    try {
      await require(c, async () => {
        allowed = true;
      });
    } catch (error) {
      const event = { ...whoAndWhere(c), action: action ?? `${c.req.method} ${c.req.path}`.slice(0, 200) };
      if (error instanceof UserError && error.code === 'role_needed' && isNew(event.by))
        await audit.append({ ...event, target: null, outcome: 'refused', reason: error.code });
      throw error;
    }
    if (allowed) await next();
  };

  /** One entry for a burst: whoever may do nothing must not be able to fill the log. */
  function isNew(by: string): boolean {
    const now = performance.now();
    const before = lately.get(by);
    if (before !== undefined && now - before < rememberedMs) return false;
    if (lately.size >= mostRemembered) lately.clear();
    lately.set(by, now);
    return true;
  }
}
