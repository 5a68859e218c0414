import type { OpenAPIHono } from '@hono/zod-openapi';
import { accessTo } from './access.ts';
import { guarded } from './access-guard.ts';
import type { ApiEnv } from './api-env.ts';
import { addApprovalRoutes } from './approval-handlers.ts';
import { addAuditRoutes } from './audit-routes.ts';
import { auditing } from './auditing.ts';
import { addDataRoutes } from './data-routes.ts';
import { forwardToLeader } from './forward.ts';
import { believeNetwork } from './forwarded-network.ts';
import { operatorsInLastEnvironment } from './last-environment.ts';
import { addPlatformRoutes } from './platform-routes.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { addServingRoutes } from './serving-routes.ts';
import { openApi } from './shell.ts';
import { addStepRoutes } from './step-routes.ts';
import { addUserRoutes } from './user-handlers.ts';

/**
 * Runs, datasets, models, releases, lineage and users over HTTP. To be mounted where callers are known already, with bodies
 * that were bounded and read.
 */
export function createPlatformApi(resources: PlatformResources): OpenAPIHono<ApiEnv> {
  const api = openApi<ApiEnv>();
  api.use(believeNetwork(resources.leader));
  for (const route of Object.values(routes))
    api.on([route.method], route.getRoutingPath(), guarded(accessTo(route), resources));
  for (const route of [routes.propose, routes.retrain, routes.candidate])
    api.on([route.method], route.getRoutingPath(), operatorsInLastEnvironment(resources));
  forwardWhatOnlyTheLeaderDoes(api, resources);
  // By the process that does it.
  for (const route of Object.values(routes)) {
    const { action } = accessTo(route);
    if (action !== undefined)
      api.on([route.method], route.getRoutingPath(), auditing(resources.audit, action));
  }
  api.openapi(routes.health, (c) => c.json({ status: 'ok' as const }, 200));
  addPlatformRoutes(api, resources);
  addDataRoutes(api, resources);
  addApprovalRoutes(api, resources);
  addUserRoutes(api, resources);
  addAuditRoutes(api, resources);
  addServingRoutes(api, resources);
  addStepRoutes(api, resources);
  return api;
}

function forwardWhatOnlyTheLeaderDoes(
  api: OpenAPIHono<ApiEnv>,
  { leader, released }: Pick<PlatformResources, 'leader' | 'released'>,
): void {
  // A training that is asked for while nobody leads is begun by the next leader.
  api.on(['post'], routes.retrain.getRoutingPath(), forwardToLeader(leader, { orHere: true }));
  for (const route of [
    routes.startRun,
    routes.cancelRun,
    routes.resumeRun,
    routes.reproduceRun,
    routes.taskLogs,
    routes.runRecurring,
    routes.changeRecurring,
    routes.stopExperiment,
  ])
    api.on([route.method], route.getRoutingPath(), forwardToLeader(leader));
  const afterwards = released ? { afterwards: released } : {};
  for (const route of [routes.propose, routes.rollback, routes.promote, routes.approve])
    api.on([route.method], route.getRoutingPath(), forwardToLeader(leader, afterwards));
}
