import { randomUUID } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { type LineageKind, trace } from '@visavox/core/lineage';
import { BundleManifest } from '@visavox/core/model';
import { getBlob } from '@visavox/core/object-store';
import type { DatasetStore } from '@visavox/core/ports';
import type { Parameter } from '@visavox/core/run';
import { pinnedPipeline } from '@visavox/pipelines/admission';
import { ModelReports } from '../model-report.ts';
import { type ApiResources, environment, modelName } from '../resources.ts';
import type { AppEnv } from './app-env.ts';
import { routes } from './routes.ts';
import { unknown } from './unknown.ts';

/** The platform through its stores, its engine and its controller. */
export function addPlatformRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  addRunRoutes(app, resources);
  addReleaseRoutes(app, resources);
  const { attempts, people, lineage } = resources;

  app.openapi(routes.trace, async (c) => {
    const { kind, id } = c.req.valid('param');
    const start = { kind, id: kind === 'attempt' && id === 'latest' ? await attempts.latest() : id };
    if (start.id === undefined) throw unknown('attempt', id);
    const line = await trace({ kind, id: start.id }, lineage);
    if (line.edges.length === 0) {
      // Whoever takes part without face and voice gave no recording that anything could be made from.
      if (kind !== 'person') throw unknown(kind, id);
      return c.json({ nodes: [{ kind, id, label: (await people.get(id)).name }], edges: [] }, 200);
    }
    const name = (node: { kind: LineageKind; id: string }) => `${node.kind}:${node.id}`;
    const edges = line.edges.map(({ from, to, relation }) => ({ from: name(from), to: name(to), relation }));
    return c.json({ nodes: line.nodes.map((node) => ({ ...node })), edges }, 200);
  });
}

function addRunRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { runs, engine, controller, datasets, log } = resources;

  app.openapi(routes.runs, async (c) => {
    const found = await runs.list({ limit: c.req.valid('query').limit });
    return c.json({ runs: [...found] }, 200);
  });

  app.openapi(routes.startRun, async (c) => {
    const { pipelineSpec, parameters, useCache, engine: on, trigger, seed } = c.req.valid('json');
    if (!pipelineSpec) {
      const { run } = await controller.retrainNow(trigger);
      log.info({ requestId: c.get('requestId'), run, trigger }, 'retraining asked for');
      return c.json({ id: run }, 202);
    }
    const id = await engine.submit({
      id: randomUUID(),
      pipelineSpec,
      parameters,
      datasets: await datasetsAmong(parameters, datasets),
      trigger,
      seed,
      useCache,
      engine: on,
    });
    log.info({ requestId: c.get('requestId'), run: id, trigger }, 'run submitted');
    return c.json({ id }, 202);
  });

  app.openapi(routes.run, async (c) => c.json(await engine.get(c.req.valid('param').id), 200));

  app.openapi(routes.cancelRun, async (c) => {
    const { id } = c.req.valid('param');
    await engine.cancel(id);
    return c.json({ id }, 202);
  });

  app.openapi(routes.resumeRun, async (c) => {
    const { id } = c.req.valid('param');
    await engine.resume(id);
    return c.json({ id }, 202);
  });

  app.openapi(routes.reproduceRun, async (c) => {
    const { id: of } = c.req.valid('param');
    const { pins } = await engine.get(of);
    const id = await engine.submit({
      id: randomUUID(),
      pipelineSpec: await pinnedPipeline(resources.objects, pins.pipeline),
      ...{ parameters: pins.parameters, datasets: pins.datasets, seed: pins.seed },
      trigger: `reproduces ${of}`,
      useCache: false,
      engine: c.req.valid('json').engine,
    });
    log.info({ requestId: c.get('requestId'), run: id, reproduces: of }, 'run submitted');
    return c.json({ id }, 202);
  });

  app.openapi(routes.taskLogs, async (c) => {
    const { id, task } = c.req.valid('param');
    return c.text(await engine.logs(id, task), 200);
  });
}

function addReleaseRoutes(app: OpenAPIHono<AppEnv>, resources: ApiResources): void {
  const { registry, releases, controller, objects, log } = resources;

  app.openapi(routes.models, async (c) => {
    const serving = await releases.list(environment);
    const aliased = (version: number) => [
      ...(serving.some((one) => one.version === version && one.stage === 'champion') ? ['champion'] : []),
      ...(serving.some((one) => one.version === version && ['shadow', 'canary'].includes(one.stage))
        ? ['challenger']
        : []),
    ];
    const models = [...(await registry.list(modelName))].sort((a, b) => b.version - a.version);
    return c.json({ models: models.map((model) => ({ ...model, aliases: aliased(model.version) })) }, 200);
  });

  const bundleOf = async (id: string) => {
    // A release names its bundle too, and is known while the registry is away or still coming up.
    const named = ({ version }: { version: number }) => String(version) === id;
    const model =
      (await releases.list(environment)).find(named) ?? (await registry.list(modelName)).find(named);
    if (!model) throw unknown('model', `${modelName}:${id}`);
    const manifest = await getBlob(objects, model.bundle);
    return BundleManifest.parse(JSON.parse(Buffer.from(manifest).toString('utf8')));
  };

  app.openapi(routes.bundle, async (c) => c.json(await bundleOf(c.req.valid('param').id), 200));

  app.openapi(routes.bundleFile, async (c) => {
    const { id, file: path } = c.req.valid('param');
    const file = (await bundleOf(id)).files.find((one) => one.path === path);
    if (!file) throw unknown('file', path);
    const bytes = await getBlob(objects, file.digest);
    return c.body(Uint8Array.from(bytes), 200, { 'content-type': 'application/octet-stream' });
  });

  const reports = new ModelReports({ registry, runs: resources.runs, objects });

  app.openapi(routes.modelReport, async (c) => {
    const { language } = c.req.valid('query');
    return c.json(await reports.shown(c.req.valid('param').id, language), 200);
  });

  app.openapi(routes.modelReportFile, async (c) => {
    const { id, file } = c.req.valid('param');
    const content = await reports.file(id, file);
    return c.body(content, 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="${modelName}-${id}-${file}"`,
    });
  });

  app.openapi(routes.training, async (c) => {
    const { paused } = c.req.valid('json');
    await controller.setPaused(paused);
    log.info({ requestId: c.get('requestId'), paused }, 'continuous training set by hand');
    return c.json({ paused }, 200);
  });

  app.openapi(routes.releases, async (c) =>
    c.json({ releases: [...(await releases.list(environment))] }, 200),
  );

  app.openapi(routes.propose, async (c) => {
    const { version } = c.req.valid('json');
    const release = await controller.propose(modelName, version, 'proposed by hand');
    log.info({ requestId: c.get('requestId'), release: release.id, version }, 'release proposed by hand');
    return c.json(release, 201);
  });

  app.openapi(routes.rollback, async (c) => {
    const release = await controller.rollback('by hand');
    log.info({ requestId: c.get('requestId'), release: release.id }, 'rolled back by hand');
    return c.json(release, 200);
  });

  app.openapi(routes.promote, async (c) => {
    const release = await controller.promote(c.req.valid('param').id, 'promoted by hand');
    log.info({ requestId: c.get('requestId'), release: release.id }, 'promoted by hand');
    return c.json(release, 200);
  });
}

/** A parameter that names a dataset version pins it. */
async function datasetsAmong(
  parameters: Readonly<Record<string, Parameter>>,
  store: DatasetStore,
): Promise<Digest[]> {
  const known = new Set((await store.list()).map((dataset) => dataset.digest));
  return Object.values(parameters)
    .map((value) => Digest.safeParse(value))
    .flatMap((parsed) => (parsed.success && known.has(parsed.data) ? [parsed.data] : []));
}
