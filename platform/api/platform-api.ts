import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { addDataRoutes } from './data-routes.ts';
import { forwardToLeader } from './forward.ts';
import { requireOperator } from './operators.ts';
import { addPlatformRoutes } from './platform-routes.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { addServingRoutes } from './serving-routes.ts';
import { openApi } from './shell.ts';
import { addStepRoutes } from './step-routes.ts';

/**
 * Runs, datasets, models, releases and lineage over HTTP. To be mounted where callers are known already, with bodies that
 * were bounded and read.
 */
export function createPlatformApi(resources: PlatformResources): OpenAPIHono<ApiEnv> {
  const api = openApi<ApiEnv>();
  const { health, ...forOperators } = routes;
  for (const route of Object.values(forOperators))
    api.on([route.method], route.getRoutingPath(), requireOperator);
  forwardWhatOnlyTheLeaderDoes(api, resources);
  api.openapi(health, (c) => c.json({ status: 'ok' as const }, 200));
  addPlatformRoutes(api, resources);
  addDataRoutes(api, resources);
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
  for (const route of [routes.propose, routes.rollback, routes.promote])
    api.on([route.method], route.getRoutingPath(), forwardToLeader(leader, afterwards));
}
