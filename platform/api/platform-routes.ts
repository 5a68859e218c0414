import { randomUUID } from 'node:crypto';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { findNode, trace } from '@visavox/core/lineage';
import { kindNamed } from '@visavox/core/lineage-kinds';
import { BundleManifest } from '@visavox/core/model';
import { getBlob } from '@visavox/core/object-store';
import type { DatasetStore, ReleaseStore } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { Parameter } from '@visavox/core/run';
import { pinnedPipeline } from '@visavox/pipelines/admission';
import type { ApiEnv } from './api-env.ts';
import type { PlatformResources, ServedModel } from './resources.ts';
import { platformRoutes as routes } from './routes.ts';
import { RunGraphs } from './run-graphs.ts';
import { unknown } from './unknown.ts';

/** The platform through its stores, its engine and its controller. */
export function addPlatformRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  addRunRoutes(app, resources);
  addReleaseRoutes(app, resources);
  addStatusRoute(app, resources);
  const { kinds, sources } = resources.lineage;

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

const challengerStages: readonly Release['stage'][] = ['canary', 'shadow', 'preparing'];

function addStatusRoute(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  const { releases, models, services, figures } = resources;
  const told = (release: Release | undefined) =>
    release ? { model: release.model, version: release.version, release: release.id } : null;

  app.openapi(routes.status, async (c) => {
    const environments = await Promise.all(
      environmentsOf(models).map(async (name) => {
        const serving = await releases.list(name);
        return {
          name,
          champion: told(serving.find(({ stage }) => stage === 'champion')),
          challenger: told(serving.find(({ stage }) => challengerStages.includes(stage))),
        };
      }),
    );
    const health = (await services()).map(({ name, healthy, url }) => ({ name, healthy, url }));
    return c.json({ services: health, environments, ...(await figures?.()) }, 200);
  });
}

/** Each environment once, in the order in which the project declares them. */
function environmentsOf(models: readonly ServedModel[]): string[] {
  return [...new Set(models.map(({ environment }) => environment))];
}

async function allReleases(releases: ReleaseStore, models: readonly ServedModel[]): Promise<Release[]> {
  return (await Promise.all(environmentsOf(models).map((name) => releases.list(name)))).flat();
}

function addRunRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
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

  const graphs = new RunGraphs(resources.objects);
  app.openapi(routes.run, async (c) => {
    const run = await engine.get(c.req.valid('param').id);
    return c.json({ ...run, edges: [...(await graphs.edgesOf(run))] }, 200);
  });

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

function addReleaseRoutes(app: OpenAPIHono<ApiEnv>, resources: PlatformResources): void {
  const { registry, releases, controller, objects, log, models: served } = resources;

  app.openapi(routes.models, async (c) => {
    const serving = await allReleases(releases, served);
    const aliased = ({ name, version }: { name: string; version: number }) => {
      const stages = serving
        .filter((release) => release.model === name && release.version === version)
        .map(({ stage }) => stage);
      return [
        ...(stages.includes('champion') ? ['champion'] : []),
        ...(stages.some((stage) => stage === 'shadow' || stage === 'canary') ? ['challenger'] : []),
      ];
    };
    const names = [...new Set(served.map(({ name }) => name))].sort((a, b) => a.localeCompare(b));
    const inspected = await Promise.all(
      names.map(async (name) => ({ name, ...(await registry.inspect(name)) })),
    );
    const models = inspected.flatMap(({ versions, differences, aliases }) =>
      versions.map((model) => {
        const mine = aliased(model);
        const promoted = aliases?.champion === model.version && !mine.includes('champion');
        return {
          ...model,
          aliases: mine,
          differences: [
            ...differences.flatMap((one) => (one.version === model.version ? [one.difference] : [])),
            ...(promoted ? ['MLflow shows it as the champion, which it is not'] : []),
          ],
        };
      }),
    );
    const notOurs = inspected.flatMap(({ name, versions, differences }) =>
      differences
        .filter(({ version }) => !versions.some((one) => one.version === version))
        .map((one) => ({ name, ...one })),
    );
    return c.json({ models, notOurs }, 200);
  });

  const bundleOf = async (id: string) => {
    const { name } = onlyModel(served);
    // A release names its bundle too, and is known while the registry is away or still coming up.
    const model =
      (await allReleases(releases, served)).find((one) => one.model === name && String(one.version) === id) ??
      (await registry.list(name)).find(({ version }) => String(version) === id);
    if (!model) throw unknown('model', `${name}:${id}`);
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

  app.openapi(routes.training, async (c) => {
    const { paused } = c.req.valid('json');
    await controller.setPaused(paused);
    log.info({ requestId: c.get('requestId'), paused }, 'continuous training set by hand');
    return c.json({ paused }, 200);
  });

  app.openapi(routes.releases, async (c) => c.json({ releases: await allReleases(releases, served) }, 200));

  app.openapi(routes.propose, async (c) => {
    const { version } = c.req.valid('json');
    const release = await controller.propose(onlyModel(served).name, version, 'proposed by hand');
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

function onlyModel(models: readonly ServedModel[]): ServedModel {
  const [model] = models;
  if (model) return model;
  throw new UserError({
    kind: 'not-found',
    code: 'no_model_declared',
    message: 'this project declares no model',
    action: 'Declare one under "models" in visavox.config.ts, and start the server again.',
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
