import { randomUUID } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { UserError } from '@visavox/core/errors';
import { findNode, trace } from '@visavox/core/lineage';
import { kindNamed } from '@visavox/core/lineage-kinds';
import { type Release, standing } from '@visavox/core/release';
import { pinnedPipeline } from '@visavox/pipelines/admission';
import { codeOf } from '@visavox/pipelines/code/stored-code';
import { pinDatasets } from '@visavox/pipelines/dataset-parameters';
import { parsePipelineSpec } from '@visavox/pipelines/read-ir';
import type { ApiEnv } from './api-env.ts';
import { addCroissantRoute } from './croissant-route.ts';
import { addCurveRoute } from './curve-route.ts';
import { addDeletionRoutes } from './deletion-handlers.ts';
import { addEnvironmentRoutes } from './environment-handlers.ts';
import { addExperimentRoutes } from './experiment-routes.ts';
import { keyedRequest, requireSameRequest } from './idempotency.ts';
import { addModelFactsRoutes } from './model-facts-handlers.ts';
import { addModelRoutes } from './model-handlers.ts';
import { byOf } from './operators.ts';
import { addOutputRoutes } from './output-routes.ts';
import { addProfileRoutes } from './profile-handlers.ts';
import { addRecurringRoutes } from './recurring-routes.ts';
import type { PlatformResources } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { runDifference } from './run-differences.ts';
import { RunGraphs } from './run-graphs.ts';
import { runReferred } from './run-reference.ts';
import { servingPath } from './serving-routes.ts';
import { addSplitRoutes } from './split-handlers.ts';
import { addSweepRoutes } from './sweep-routes.ts';
import { unknown } from './unknown.ts';
import { addValidationRoutes } from './validation-handlers.ts';

/** The platform through its stores, its engine and its controllers. */
export function addPlatformRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  addRunRoutes(app, resources);
  const { runs, engine } = resources;
  const referred = { get: async (text: string) => engine.get(await runReferred(runs, text)) };
  addCurveRoute(app, { ...resources, engine: referred });
  addOutputRoutes(app, { ...resources, engine: referred });
  addModelRoutes(app, resources);
  addEnvironmentRoutes(app, resources);
  addModelFactsRoutes(app, resources);
  addProfileRoutes(app, resources);
  addCroissantRoute(app, resources);
  addDeletionRoutes(app, resources);
  addSplitRoutes(app, resources);
  addValidationRoutes(app, resources);
  addSweepRoutes(app, resources);
  addRecurringRoutes(app, resources);
  addExperimentRoutes(app, resources);
  addStatusRoute(app, resources);
  const { kinds, sources } = resources.lineage;

  app.openapi(routes.metrics, async (c) => {
    const { body, contentType } = await resources.metrics.text(resources);
    return c.text(body, 200, { 'content-type': contentType });
  });

  app.openapi(routes.settings, (c) => c.json(resources.facts, 200));

  app.openapi(routes.lineageKinds, (c) =>
    c.json({ kinds: kinds.map(({ name, aliases = [] }) => ({ name, aliases: [...aliases] })) }, 200),
  );

  app.openapi(routes.trace, async (c) => {
    const { kind: word, id } = c.req.valid('param');
    const kind = kindNamed(word, kinds);
    if (kind === undefined) throw unknownKind(word, kinds);
    const found = await findNode({ kind, id }, sources);
    const line = await trace(found ?? { kind, id }, sources);
    if (!found && line.edges.length === 0) throw unknown(kind, id);
    const name = (node: { kind: string; id: string }) => `${node.kind}:${node.id}`;
    const edges = line.edges.map(({ from, to, relation }) => ({ from: name(from), to: name(to), relation }));
    return c.json({ nodes: line.nodes.map((node) => ({ ...node })), edges }, 200);
  });
}

function unknownKind(word: string, kinds: PlatformResources['lineage']['kinds']): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'unknown_lineage_kind',
    message: `nothing of the kind "${word}" can be traced here`,
    action: `Ask for one of ${kinds.map(({ name }) => name).join(', ')}.`,
  });
}

function addStatusRoute(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  const { releases, controllers, served, services, figures, sharedToken, operatorToken } = resources;
  const told = (release: Release | undefined) =>
    release ? { model: release.model, version: release.version, release: release.id } : null;

  app.openapi(routes.status, async (c) => {
    const environments = await Promise.all(
      controllers.all.map(async ({ environment: name, model }) => {
        const { champion, challenger } = standing(await releases.list(name, model));
        return {
          name,
          model,
          champion: told(champion),
          challenger: told(challenger),
          serving: served.isServed(model) ? servingPath(name, model) : null,
        };
      }),
    );
    const sharedTokenOn = !(await sharedToken.isOff(await operatorToken()));
    return c.json(
      { services: [...(await services())], environments, sharedTokenOn, ...(await figures?.()) },
      200,
    );
  });
}

function addRunRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  const { runs, engine, datasets, log } = resources;
  const referred = (text: string) => runReferred(runs, text);

  app.openapi(routes.runs, async (c) => {
    const { tag = [], sort, order, ...query } = c.req.valid('query');
    const tags = (typeof tag === 'string' ? [tag] : tag).map((one) => {
      const at = one.indexOf('=');
      return [one.slice(0, at), one.slice(at + 1)] as const;
    });
    const page = await runs.page({
      ...query,
      tags: Object.fromEntries(tags),
      sort: sort === undefined ? undefined : { metric: sort, order },
    });
    return c.json({ runs: [...page.runs], total: page.total }, 200);
  });

  app.openapi(routes.startRun, async (c) => {
    const {
      pipelineSpec,
      parameters,
      useCache,
      engine: on,
      trigger,
      seed,
      code,
      ...annotations
    } = c.req.valid('json');
    const key = c.req.valid('header')['idempotency-key'];
    const keyed = key === undefined ? undefined : keyedRequest('run', key, c.req.valid('json'));
    const earlier = keyed && (await runs.get(keyed.id));
    requireSameRequest(keyed, earlier);
    // What a name stood for then is what it stands for now.
    const pinned =
      earlier?.pins ?? (await pinDatasets(parsePipelineSpec(pipelineSpec), parameters, datasets));
    const id = await engine.submit({
      ...(keyed ?? { id: randomUUID() }),
      pipelineSpec,
      ...{ parameters: pinned.parameters, datasets: pinned.datasets },
      trigger,
      by: byOf(c),
      seed,
      useCache,
      code,
      engine: on,
      annotations,
    });
    // Two requests that met, of which one made the run.
    if (keyed && !earlier) requireSameRequest(keyed, await runs.get(id));
    log.info({ requestId: c.get('requestId'), run: id, trigger }, 'run submitted');
    return c.json({ id }, 202);
  });

  const graphs = new RunGraphs(resources.objects);
  app.openapi(routes.run, async (c) => {
    const run = await engine.get(await referred(c.req.valid('param').id));
    return c.json({ ...run, edges: [...(await graphs.edgesOf(run))] }, 200);
  });

  app.openapi(routes.changeRun, async (c) => {
    const id = await referred(c.req.valid('param').id);
    c.set('auditTarget', `run:${id}`);
    await runs.annotate(id, c.req.valid('json'));
    const run = await engine.get(id);
    return c.json({ ...run, edges: [...(await graphs.edgesOf(run))] }, 200);
  });

  app.openapi(routes.runDifference, async (c) => {
    const [before, after] = await Promise.all([
      engine.get(await referred(c.req.valid('query').from)),
      engine.get(await referred(c.req.valid('param').id)),
    ]);
    return c.json(await runDifference(resources, before, after), 200);
  });

  app.openapi(routes.cancelRun, async (c) => {
    const id = await referred(c.req.valid('param').id);
    c.set('auditTarget', `run:${id}`);
    await engine.cancel(id);
    return c.json({ id }, 202);
  });

  app.openapi(routes.resumeRun, async (c) => {
    const id = await referred(c.req.valid('param').id);
    c.set('auditTarget', `run:${id}`);
    await engine.resume(id);
    return c.json({ id }, 202);
  });

  app.openapi(routes.reproduceRun, async (c) => {
    const of = await referred(c.req.valid('param').id);
    const run = await engine.get(of);
    const { pins } = run;
    const id = await engine.submit({
      id: randomUUID(),
      pipelineSpec: await pinnedPipeline(resources.objects, pins.pipeline),
      ...{ parameters: pins.parameters, datasets: pins.datasets, seed: pins.seed },
      code: await codeOf(run, resources.objects),
      locks: Object.fromEntries(
        run.tasks.flatMap(({ name, environment }) => (environment?.lock ? [[name, environment.lock]] : [])),
      ),
      trigger: `reproduces ${of}`,
      by: byOf(c),
      useCache: false,
      engine: c.req.valid('json').engine,
    });
    log.info({ requestId: c.get('requestId'), run: id, reproduces: of }, 'run submitted');
    c.set('auditTarget', `run:${id}, reproduces run:${of}`);
    return c.json({ id }, 202);
  });

  app.openapi(routes.taskLogs, async (c) => {
    const { id, task } = c.req.valid('param');
    return c.text(await engine.logs(await referred(id), task), 200);
  });
}
