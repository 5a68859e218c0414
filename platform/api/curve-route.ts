import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { RunCurveReader } from './run-curves.ts';

/** What the tasks of a run log while they go on. */
export function addCurveRoute(
  app: OpenAPIHono<ApiEnv>,
  {
    engine,
    curves,
  }: { engine: Pick<PlatformResources['engine'], 'get'>; curves: PlatformResources['curves'] },
): void {
  const reader = new RunCurveReader(curves);
  app.openapi(routes.runCurves, async (c) => {
    const { task, system } = c.req.valid('query');
    const run = await engine.get(c.req.valid('param').id);
    return c.json(await reader.read(run, { task, system: system === 'true' }), 200);
  });
}
