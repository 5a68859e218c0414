import type { OpenAPIHono } from '@hono/zod-openapi';
import type { SqlApprovals } from '@visavox/adapters/sql/approvals';
import type { InspectedModel } from '@visavox/adapters/sql/mirrored-model-registry';
import { UserError } from '@visavox/core/errors';
import { BundleManifest, type ModelVersion, modelReference } from '@visavox/core/model';
import { presentAliases } from '@visavox/core/model-alias';
import { getBlob, readBlob } from '@visavox/core/object-store';
import type { Release } from '@visavox/core/release';
import { registerFiles } from '@visavox/pipelines/model-files';
import { registerOutput } from '@visavox/pipelines/model-output';
import type { ApiEnv } from './api-env.ts';
import { mayServe } from './approval-checks.ts';
import { writtenMetrics } from './model-facts.ts';
import { modelRoutes as routes } from './model-routes.ts';
import { aliasesOf, releasesOf, versionOf, type Wanted } from './model-versions.ts';
import { byOf } from './operators.ts';
import type { ControllerPort, PlatformResources } from './resources.ts';
import { runReferred } from './run-reference.ts';
import { streamedBody } from './streams.ts';
import { unknown } from './unknown.ts';

type Resources = Pick<
  PlatformResources,
  'registry' | 'releases' | 'controllers' | 'objects' | 'runs' | 'log' | 'aliases' | 'descriptions'
> & { readonly approvals: Pick<SqlApprovals, 'ask'> };

/** Models, their versions, trainings and releases. */
export function addModelRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  addVersionRoutes(app, resources);
  addTrainingRoutes(app, resources);
  addReleaseRoutes(app, resources);
}

function addVersionRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  const { registry, objects, log } = resources;
  const shown = async (names: readonly string[]) => {
    const declared = resources.controllers.all.filter(({ model }) => names.includes(model));
    const released = await releasesOf(resources, declared);
    const given = presentAliases(await resources.aliases.history());
    const inspected = await Promise.all(
      names.map(async (name) => ({ name, ...(await registry.inspect(name)) })),
    );
    return {
      models: inspected.flatMap((one) =>
        one.versions.map((model) => {
          const own = given.filter(
            ({ model: name, version }) => name === model.name && version === model.version,
          );
          return described(model, one, { released, given: own.map(({ alias }) => alias) });
        }),
      ),
      notOurs: inspected.flatMap(({ name, versions, differences }) =>
        differences
          .filter(({ version }) => !versions.some((one) => one.version === version))
          .map((one) => ({ name, ...one })),
      ),
    };
  };

  app.openapi(routes.models, async (c) => c.json(await shown(await registry.names()), 200));

  app.openapi(routes.modelVersions, async (c) => {
    const { name } = c.req.valid('param');
    const found = await shown([name]);
    const declared = resources.controllers.models.includes(name);
    if (found.models.length === 0 && !declared) throw unknown('model', name);
    return c.json(found, 200);
  });

  app.openapi(routes.register, async (c) => {
    const wish = c.req.valid('json');
    const { name } = c.req.valid('param');
    if ('files' in wish) {
      const model = await registerFiles(resources, {
        ...{ name, files: wish.files },
        measured: (bundle) => writtenMetrics(resources, bundle),
      });
      log.info({ requestId: c.get('requestId'), model: modelReference(model) }, 'model registered');
      return c.json(model, 201);
    }
    const { run: id, output } = wish;
    const run = await resources.runs.get(await runReferred(resources.runs, id));
    if (!run) throw unknown('run', id);
    const model = await registerOutput(resources, run, { name, output });
    c.set('auditTarget', `model:${modelReference(model)}`);
    log.info({ requestId: c.get('requestId'), run: id, model: modelReference(model) }, 'model registered');
    return c.json(model, 201);
  });

  app.openapi(routes.modelVersion, async (c) => {
    const { name, version: wanted } = c.req.valid('param');
    const version = await versionOf(resources, { name, wanted, ...c.req.valid('query') });
    const model = (await shown([name])).models.find((one) => one.version === version);
    if (!model) throw unknown('model', modelReference({ name, version }));
    return c.json(model, 200);
  });

  const bundleOf = async (named: Wanted) => {
    const { name } = named;
    const version = await versionOf(resources, named);
    const isIt = (one: { version: number }) => one.version === version;
    // A release names its bundle too, and is known while the registry is away or still coming up.
    const declared = resources.controllers.all.filter(({ model }) => model === name);
    const model =
      (await releasesOf(resources, declared)).find(isIt) ?? (await registry.list(name)).find(isIt);
    if (!model) throw unknown('model', modelReference({ name, version }));
    const manifest = await getBlob(objects, model.bundle);
    return BundleManifest.parse(JSON.parse(Buffer.from(manifest).toString('utf8')));
  };

  app.openapi(routes.bundle, async (c) => {
    const { name, version: wanted } = c.req.valid('param');
    return c.json(await bundleOf({ name, wanted, ...c.req.valid('query') }), 200);
  });

  app.openapi(routes.bundleFile, async (c) => {
    const { name, version: wanted, file: path } = c.req.valid('param');
    const { files } = await bundleOf({ name, wanted, ...c.req.valid('query') });
    const file = files.find((one) => one.path === path);
    if (!file) throw unknown('file', path);
    const body = await streamedBody(c, readBlob(objects, file.digest, path), log);
    return c.body(body, 200, {
      'content-type': 'application/octet-stream',
      'content-length': String(file.bytes),
    });
  });
}

function addTrainingRoutes(app: OpenAPIHono<ApiEnv>, { controllers, log }: Resources): void {
  app.openapi(routes.trainingProgress, async (c) => {
    const controller = controllers.of(c.req.valid('param').name, c.req.valid('query').environment);
    const { model, environment } = controller;
    const { triggers, ...progress } = await controller.progress();
    return c.json({ model, environment, ...progress, triggers: [...triggers] }, 200);
  });

  app.openapi(routes.training, async (c) => {
    const { paused } = c.req.valid('json');
    const { name } = c.req.valid('param');
    await controllers.of(name, c.req.valid('query').environment).setPaused(paused);
    log.info({ requestId: c.get('requestId'), model: name, paused }, 'continuous training set by hand');
    return c.json({ paused }, 200);
  });

  app.openapi(routes.retrain, async (c) => {
    const { trigger } = c.req.valid('json');
    const { name } = c.req.valid('param');
    const { run } = await controllers.of(name, c.req.valid('query').environment).retrainNow(trigger, byOf(c));
    log.info({ requestId: c.get('requestId'), model: name, run, trigger }, 'retraining asked for');
    return c.json({ id: run }, 202);
  });

  app.openapi(routes.candidate, async (c) => {
    const { parameters, trigger } = c.req.valid('json');
    const { name } = c.req.valid('param');
    const controller = controllers.of(name, c.req.valid('query').environment);
    const { run } = await controller.judgeCandidate(parameters, trigger, byOf(c));
    log.info({ requestId: c.get('requestId'), model: name, run, trigger }, 'candidate handed in');
    return c.json({ id: run }, 202);
  });
}

function addReleaseRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  const { controllers, releases, log } = resources;
  const within = (environment: string | undefined) => (one: ControllerPort) =>
    environment === undefined || one.environment === environment;

  app.openapi(routes.releases, async (c) => {
    const { environment } = c.req.valid('query');
    const found = await releasesOf(resources, controllers.all.filter(within(environment)));
    return c.json({ releases: found }, 200);
  });

  app.openapi(routes.modelReleases, async (c) => {
    const { name } = c.req.valid('param');
    const { environment } = c.req.valid('query');
    const found = await releasesOf(resources, controllers.ofModel(name).filter(within(environment)));
    return c.json({ releases: found }, 200);
  });

  app.openapi(routes.releaseHistory, async (c) => {
    const { name } = c.req.valid('param');
    const { environment, limit } = c.req.valid('query');
    const places = controllers.ofModel(name).filter(within(environment));
    const found = await Promise.all(
      places.map((place) => resources.releases.history(place.environment, name, limit)),
    );
    const events = found
      .flat()
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, limit);
    return c.json({ events }, 200);
  });

  app.openapi(routes.propose, async (c) => {
    const { version: wanted, reason } = c.req.valid('json');
    const { name } = c.req.valid('param');
    const { environment } = c.req.valid('query');
    const controller = controllers.of(name, environment);
    const version = await versionOf(resources, { name, wanted: String(wanted), environment });
    const release = await controller.propose(version, withReason('proposed by hand', reason), byOf(c));
    c.set('auditTarget', targetOf(release));
    log.info(
      { requestId: c.get('requestId'), release: release.id, name, version },
      'release proposed by hand',
    );
    return c.json(release, 201);
  });

  app.openapi(routes.rollback, async (c) => {
    const controller = controllers.of(c.req.valid('param').name, c.req.valid('query').environment);
    const release = await controller.rollback(withReason('by hand', c.req.valid('query').reason), byOf(c));
    c.set('auditTarget', targetOf(release));
    log.info({ requestId: c.get('requestId'), release: release.id }, 'rolled back by hand');
    return c.json(release, 200);
  });

  app.openapi(routes.promote, async (c) => {
    const { id } = c.req.valid('param');
    const release = (await releasesOf(resources, controllers.all)).find((one) => one.id === id);
    if (!release) throw unknown('release', id);
    c.set('auditTarget', targetOf(release));
    const controller = controllers.of(release.model, release.environment);
    const reason = withReason('promoted by hand', c.req.valid('query').reason);
    const by = byOf(c);
    if (controller.needsApproval && release.stage !== 'champion') {
      if (!mayServe(release)) throw notUp(release);
      const champion = (await releases.champion(release.environment, release.model))?.id ?? null;
      const { approval } = await resources.approvals.ask(release, { by, reason, champion });
      log.info({ requestId: c.get('requestId'), release: id, approval: approval.id }, 'promotion asked for');
      return c.json(approval, 202);
    }
    const promoted = await controller.promote(id, reason, { by });
    log.info({ requestId: c.get('requestId'), release: id }, 'promoted by hand');
    return c.json(promoted, 200);
  });
}

const targetOf = ({ id, model, version, environment }: Release) =>
  `release:${id} of ${modelReference({ name: model, version })} in ${environment}`;

function notUp({ id, stage, reason }: Release): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'release_not_up',
    message: `release ${id} is ${stage} (${reason}), and cannot be asked for`,
    action: 'Wait until it is up, or propose its version again.',
  });
}

function withReason(what: string, reason: string | undefined): string {
  return reason === undefined ? what : `${what}: ${reason}`;
}

/** A version with its aliases here, and what MLflow shows otherwise. */
function described(
  model: ModelVersion,
  { differences, aliases: shown }: InspectedModel,
  { released, given }: { readonly released: readonly Release[]; readonly given: readonly string[] },
) {
  const aliases = [...aliasesOf(model, released), ...given];
  const isShownServing = shown?.champion === model.version && !aliases.includes('champion');
  return {
    ...model,
    aliases,
    differences: [
      ...differences.flatMap((one) => (one.version === model.version ? [one.difference] : [])),
      ...(isShownServing ? ['MLflow shows it as the champion, which it is not'] : []),
    ],
  };
}
