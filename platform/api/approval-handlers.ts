import type { OpenAPIHono } from '@hono/zod-openapi';
import type { SqlApprovals } from '@visavox/adapters/sql/approvals';
import type { SqlUsers } from '@visavox/adapters/sql/users';
import type { Approval } from '@visavox/core/approval';
import { UserError } from '@visavox/core/errors';
import type { Context } from 'hono';
import type { ApiEnv, ApiUser } from './api-env.ts';
import { checksOf, metricsOf } from './approval-checks.ts';
import { approvalRoutes as routes } from './approval-routes.ts';
import { byOf, unauthenticated } from './operators.ts';
import { settingsOfRelease } from './release-settings.ts';
import type { PlatformResources } from './resources.ts';

type Resources = Pick<PlatformResources, 'releases' | 'controllers' | 'registry' | 'environments' | 'log'> & {
  readonly approvals: SqlApprovals;
  readonly users: SqlUsers;
};

/** What a second person is shown, agrees to, or rejects. */
export function addApprovalRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  const { approvals, log } = resources;

  app.openapi(routes.approvals, async (c) => {
    const { open, limit } = c.req.valid('query');
    return c.json({ approvals: [...(await approvals.list({ open: open === 'true', limit }))] }, 200);
  });

  app.openapi(routes.approval, async (c) => {
    const approval = await approvals.get(c.req.valid('param').id);
    const [checks, metrics] = [await checksOf(approval, resources), await metricsOf(approval, resources)];
    const { environment, model, release: id } = approval;
    const release = (await resources.releases.list(environment, model)).find((one) => one.id === id);
    const settings = release ? await settingsOfRelease(release, resources) : null;
    return c.json({ ...approval, checks, metrics, settings }, 200);
  });

  app.openapi(routes.approve, async (c) => {
    const { reason } = c.req.valid('json');
    const asked = await approvals.get(c.req.valid('param').id);
    const { name } = secondPerson(c, asked);
    c.set('auditTarget', targetOf(asked));
    await requireUnchanged(asked, resources);
    const { id, askedBy, environment, model, release, champion: instead } = asked;
    await approvals.claim(id, { by: name, decision: reason ?? null });
    const why = `approved by ${name}${reason === undefined ? '' : `: ${reason}`}`;
    const said = asked.reason === null ? 'promoted by hand' : asked.reason;
    try {
      const controller = resources.controllers.of(model, environment);
      const promoted = await controller.promote(release, `${said}; ${why}`, { by: askedBy, instead });
      await approvals.approved(id);
      log.info({ requestId: c.get('requestId'), release, approval: id }, 'promotion approved');
      return c.json({ ...promoted, reason: `${said}; ${why}`, by: askedBy }, 200);
    } catch (error) {
      await approvals.reopen(id);
      throw error;
    }
  });

  app.openapi(routes.reject, async (c) => {
    const { reason } = c.req.valid('json');
    const asked = await approvals.get(c.req.valid('param').id);
    c.set('auditTarget', targetOf(asked));
    const rejected = await approvals.end(asked.id, 'rejected', { by: byOf(c), decision: reason });
    log.info({ requestId: c.get('requestId'), approval: asked.id }, 'promotion rejected');
    return c.json(rejected, 200);
  });

  async function requireUnchanged(asked: Approval, from: Resources): Promise<void> {
    if (asked.state !== 'open' && asked.state !== 'approving') return;
    const failed = (await checksOf(asked, from)).find(({ passed }) => !passed);
    if (!failed) return;
    const decision = `${failed.check.replaceAll('_', ' ')}: ${failed.said}`;
    await approvals.end(asked.id, 'overtaken', { by: 'visavox', decision });
    throw new UserError({
      kind: 'conflict',
      code: 'approval_overtaken',
      message: `what was asked for has changed since (${decision}); nothing was released`,
      action: 'Look at what serves: visavox releases status. Promote again to ask anew.',
      details: { check: failed.check },
    });
  }
}

const targetOf = ({ id, release, environment, model, version }: Approval) =>
  `approval:${id} of ${model}:${version} in ${environment}, release:${release}`;

/** A user other than the one who asked, who did not get their credentials from that one either. */
function secondPerson(c: Context<ApiEnv>, { askedBy }: Approval): ApiUser {
  const { user } = c.get('caller');
  if (!user) throw unauthenticated();
  if (user.shared)
    throw secondPersonNeeded(
      "the operators' shared token is nobody's own, and approves nothing",
      'Approve as a user of your own: visavox login',
    );
  if (user.name === askedBy)
    throw secondPersonNeeded(
      `${askedBy} has asked for it, and somebody else has to approve it`,
      'Have another operator look at it: visavox releases approvals',
    );
  if (user.issuedBy === askedBy)
    throw secondPersonNeeded(
      `${askedBy} has asked for it, and has made the token or the password that you are signed in with`,
      'Set a password of your own (visavox users password), sign in with it, and approve then.',
    );
  return user;
}

function secondPersonNeeded(message: string, action: string): UserError {
  return new UserError({ kind: 'forbidden', code: 'second_person_needed', message, action });
}
