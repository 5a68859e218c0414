import type { OpenAPIHono } from '@hono/zod-openapi';
import { ModelReports } from '../model-report.ts';
import type { ApiResources } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { routes } from './routes.ts';

/** What was measured of the recogniser's versions. */
export function addReportRoutes(
  app: OpenAPIHono<AppEnv>,
  resources: Pick<ApiResources, 'registry' | 'runs' | 'objects'>,
): void {
  const reports = new ModelReports(resources);

  app.openapi(routes.modelReport, async (c) => {
    const { language } = c.req.valid('query');
    return c.json(await reports.shown(c.req.valid('param'), language), 200);
  });

  app.openapi(routes.modelReportFile, async (c) => {
    const { file, ...reported } = c.req.valid('param');
    const content = await reports.file(reported, file);
    return c.body(content, 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${reported.name}-${reported.version}-${file}"`,
    });
  });
}
