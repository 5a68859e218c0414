import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { Bodies } from './bodies.ts';
import { isOfDatasets } from './guards.ts';
import { addOperatorRoutes } from './operator-routes.ts';
import { identifyOperator, type OperatorResources } from './operators.ts';
import { addOrganisationRoutes } from './organisation-routes.ts';
import { createPlatformApi } from './platform-api.ts';
import { readBody } from './read-body.ts';
import type { PlatformResources, ShellResources } from './resources.ts';
import { describeApi, openShell, refuseOtherMethods } from './shell.ts';
import { addWebPages, type PageFolders } from './web-page.ts';

export interface PlatformAppResources
  extends PlatformResources,
    ShellResources,
    OperatorResources,
    PageFolders {
  /** The project's name. */
  readonly title: string;
  /** Routes of the project, below its own paths; callers are known when they are reached. */
  readonly routes?: (app: OpenAPIHono<ApiEnv>) => void;
}

/** Everything that is answered over HTTP by a platform that has no application of its own: to operators, and their console. */
export function createPlatformApp(resources: PlatformAppResources): OpenAPIHono<ApiEnv> {
  const app = openShell<ApiEnv>(resources);
  const read = readBody(new Bodies());
  app.use((c, next) => (isOfDatasets(c.req.path) ? next() : read(c, next)));
  app.use('/api/*', identifyOperator(resources));
  addOperatorRoutes(app, resources);
  addOrganisationRoutes(app, resources);
  app.route('/', createPlatformApi(resources));
  resources.routes?.(app);
  describeApi(app, {
    title: resources.title,
    description: 'Datasets, pipelines, models and releases.',
    secureCookies: resources.secureCookies,
  });
  refuseOtherMethods(app);
  addWebPages(app, resources);
  return app;
}
