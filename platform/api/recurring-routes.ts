import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env.ts';
import { byOf } from './operators.ts';
import type { PlatformResources } from './resources.ts';
import { body, json, operator, problem } from './route-parts.ts';

export const RecurringPipeline = z
  .object({
    name: z.string(),
    triggers: z.array(z.string()),
    paused: z.boolean(),
    run: z.string().nullable().openapi({ description: 'the newest run' }),
    next: z.string().nullable().openapi({ description: 'when a schedule is due next' }),
    trouble: z.string().nullable().openapi({ description: 'why its last run could not begin' }),
  })
  .openapi('RecurringPipeline');
export const RecurringPipelines = z
  .object({ pipelines: z.array(RecurringPipeline) })
  .openapi('RecurringPipelines');
const RecurringChanges = z.object({ paused: z.boolean() }).openapi('RecurringChanges');
export const RecurringRun = z
  .object({
    run: z.string(),
    started: z.boolean().openapi({ description: 'false where one was under way already' }),
  })
  .openapi('RecurringRun');

const Named = z.object({ name: z.string().min(1).max(100) });

export const recurringRoutes = {
  recurring: createRoute({
    method: 'get',
    path: '/api/v1/pipelines',
    tags: ['platform'],
    summary: 'Pipelines that the project declares to run by themselves',
    security: operator,
    responses: { 200: json(RecurringPipelines, 'in the order of their declaration'), default: problem },
  }),
  changeRecurring: createRoute({
    method: 'patch',
    path: '/api/v1/pipelines/{name}',
    tags: ['platform'],
    summary: 'Pause such a pipeline, or let it go on',
    security: operator,
    request: { params: Named, body: body(RecurringChanges) },
    responses: { 200: json(RecurringPipeline, 'as it is now'), default: problem },
  }),
  runRecurring: createRoute({
    method: 'post',
    path: '/api/v1/pipelines/{name}/run',
    tags: ['platform'],
    summary: 'Run such a pipeline now',
    security: operator,
    request: { params: Named },
    responses: { 202: json(RecurringRun, 'begun, or under way already'), default: problem },
  }),
} as const;

export function addRecurringRoutes(app: OpenAPIHono<ApiEnv>, { recurring, log }: PlatformResources): void {
  const routes = recurringRoutes;

  app.openapi(routes.recurring, async (c) =>
    c.json(
      {
        pipelines: (await recurring.list()).map((one) => ({ ...one, triggers: [...one.triggers] })),
      },
      200,
    ),
  );

  app.openapi(routes.changeRecurring, async (c) => {
    const changed = await recurring.setPaused(c.req.valid('param').name, c.req.valid('json').paused);
    return c.json({ ...changed, triggers: [...changed.triggers] }, 200);
  });

  app.openapi(routes.runRecurring, async (c) => {
    const { name } = c.req.valid('param');
    const begun = await recurring.runNow(name, 'by hand', byOf(c));
    log.info({ requestId: c.get('requestId'), pipeline: name, ...begun }, 'recurring pipeline run by hand');
    return c.json(begun, 202);
  });
}
