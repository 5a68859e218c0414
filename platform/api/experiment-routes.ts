import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Experiment } from '@visavox/core/experiment';
import type { ApiEnv } from './api-env.ts';
import { detailsOf, summaryOf, versionsOf } from './experiment-details.ts';
import {
  ExperimentDetails,
  ExperimentOutcomes,
  ExperimentStop,
  Experiments,
  Exposed,
  ExposureWish,
  NewExperiment,
  OutcomesTaken,
} from './experiment-schemas.ts';
import type { PlatformResources } from './resources.ts';
import { body, Id, json, limit, operator, problem } from './route-parts.ts';

export const experimentRoutes = {
  experiments: createRoute({
    method: 'get',
    path: '/api/v1/experiments',
    tags: ['platform'],
    security: operator,
    request: { query: z.object({ limit: limit.default(50) }) },
    responses: { 200: json(Experiments, 'newest first'), default: problem },
  }),
  beginExperiment: createRoute({
    method: 'post',
    path: '/api/v1/experiments',
    tags: ['platform'],
    summary: 'Test a release against the champion: in its shadow, or by serving a part of the people',
    security: operator,
    request: { body: body(NewExperiment) },
    responses: { 201: json(ExperimentDetails, 'begun'), default: problem },
  }),
  experiment: createRoute({
    method: 'get',
    path: '/api/v1/experiments/{id}',
    tags: ['platform'],
    summary: 'What an experiment says so far; one may look at any time',
    security: operator,
    request: {
      params: Id,
      query: z.object({
        path: z
          .enum(['true', 'false'])
          .default('false')
          .openapi({ description: 'also how the evidence went' }),
      }),
    },
    responses: { 200: json(ExperimentDetails, 'found'), default: problem },
  }),
  exposeToExperiment: createRoute({
    method: 'post',
    path: '/api/v1/experiments/{id}/exposures',
    tags: ['platform'],
    summary: 'Which release serves somebody; the same from the first time on',
    security: operator,
    request: { params: Id, body: body(ExposureWish) },
    responses: { 200: json(Exposed, 'the arm'), default: problem },
  }),
  tellOutcomes: createRoute({
    method: 'post',
    path: '/api/v1/experiments/{id}/outcomes',
    tags: ['platform'],
    summary: 'What became of requests; a batch is taken whole or not at all, and may be sent again',
    security: operator,
    request: { params: Id, body: body(ExperimentOutcomes) },
    responses: { 200: json(OutcomesTaken, 'taken'), default: problem },
  }),
  stopExperiment: createRoute({
    method: 'post',
    path: '/api/v1/experiments/{id}/stop',
    tags: ['platform'],
    summary: 'End an experiment; the champion stays',
    security: operator,
    request: { params: Id, body: body(ExperimentStop) },
    responses: { 200: json(ExperimentDetails, 'ended'), default: problem },
  }),
} as const;

export function addExperimentRoutes(
  app: OpenAPIHono<ApiEnv>,
  { experiments, experimentPeople, releases, log }: PlatformResources,
): void {
  const routes = experimentRoutes;
  const detailed = async (experiment: Experiment, options?: { readonly path: boolean }) => {
    const analysis = await experiments.analysis(experiment);
    return detailsOf(experiment, analysis, {
      versions: await versionsOf(releases, [experiment]),
      path: options?.path === true,
    });
  };

  app.openapi(routes.experiments, async (c) => {
    const found = await experiments.list({ limit: c.req.valid('query').limit });
    const people = await experimentPeople(found.map(({ id }) => id));
    const versions = await versionsOf(releases, found);
    const summaries = found.map((one) => summaryOf(one, { versions, people: people.get(one.id) ?? 0 }));
    return c.json({ experiments: summaries }, 200);
  });

  app.openapi(routes.beginExperiment, async (c) => {
    const { release, model, environment, plan } = c.req.valid('json');
    const begun = await experiments.begin(release, { model, environment }, plan);
    log.info({ requestId: c.get('requestId'), experiment: begun.id }, 'experiment begun by hand');
    return c.json(await detailed(begun), 201);
  });

  app.openapi(routes.experiment, async (c) => {
    const experiment = await experiments.find(c.req.valid('param').id);
    return c.json(await detailed(experiment, { path: c.req.valid('query').path === 'true' }), 200);
  });

  app.openapi(routes.exposeToExperiment, async (c) => {
    const experiment = await experiments.find(c.req.valid('param').id);
    const { arm } = await experiments.expose(experiment.id, c.req.valid('json').key);
    return c.json({ arm, release: experiment[arm] }, 200);
  });

  app.openapi(routes.tellOutcomes, async (c) =>
    c.json(await experiments.record(c.req.valid('param').id, c.req.valid('json').outcomes), 200),
  );

  app.openapi(routes.stopExperiment, async (c) => {
    const stopped = await experiments.stop(c.req.valid('param').id, c.req.valid('json').reason);
    log.info({ requestId: c.get('requestId'), experiment: stopped.id }, 'experiment stopped by hand');
    return c.json(await detailed(stopped), 200);
  });
}
