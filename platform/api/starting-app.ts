import { Hono } from 'hono';
import type { ApiEnv } from './api-env.ts';
import { clientNetworks } from './client-network.ts';
import { identifyRequest, type PagePolicy, requireKnownHost } from './guards.ts';
import { answerProblem } from './problem.ts';
import { addWebPages, type PageFolders } from './web-page.ts';

/** Answers while the rest comes up: the page is there at once, everything else says when to come again. */
export function createStartingApp(
  resources: PageFolders & {
    readonly allowedHosts: ReadonlySet<string>;
    readonly pagePolicy?: PagePolicy | undefined;
  },
) {
  const app = new Hono<ApiEnv>();
  const now = () => new Date();
  app.use(
    identifyRequest({ now, networkOf: clientNetworks([]), pagePolicy: resources.pagePolicy }),
    requireKnownHost(resources.allowedHosts),
  );
  for (const path of ['/health', '/api/*']) {
    app.all(path, (c) =>
      answerProblem(c, {
        status: 503,
        code: 'starting',
        detail: 'the service is starting',
        action: 'Try again in a few seconds.',
        headers: { 'retry-after': '2' },
      }),
    );
  }
  addWebPages(app, resources);
  return app;
}
