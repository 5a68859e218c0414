import type { OpenAPIHono } from '@hono/zod-openapi';
import { type SettingsVersion, servingPart, settingsDifferences } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import { modelReference } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import type { ApiEnv } from './api-env.ts';
import { environmentRoutes as routes } from './environment-routes.ts';
import type { ModelEnvironment } from './environment-schemas.ts';
import { releasesOf } from './model-versions.ts';
import { changesSince, settingsOfRelease } from './release-settings.ts';
import type { PlatformResources } from './resources.ts';
import { unknown } from './unknown.ts';

type Resources = Pick<PlatformResources, 'controllers' | 'releases' | 'environments'>;

/** What environments are declared to be, as versions, and what has changed since a release. */
export function addEnvironmentRoutes(app: OpenAPIHono<ApiEnv>, resources: Resources): void {
  const { controllers, environments } = resources;

  app.openapi(routes.modelEnvironments, async (c) => {
    const declared = controllers.all.flatMap(
      ({ model, environment }) => environments.current(model, environment) ?? [],
    );
    const described = await Promise.all(declared.map((version) => stateOf(version, resources)));
    return c.json({ environments: described }, 200);
  });

  app.openapi(routes.modelEnvironment, async (c) => {
    const { name, environment } = c.req.valid('param');
    const version = environments.current(name, environment);
    if (!version) throw unknown('environment', `${environment} of ${name}`);
    const versions = await environments.versions(name, environment);
    return c.json({ ...(await stateOf(version, resources)), versions: [...versions] }, 200);
  });

  app.openapi(routes.environmentDifference, async (c) => {
    const { name } = c.req.valid('param');
    const wanted = c.req.valid('query');
    const [from, to] = [await found(name, wanted.from), await found(name, wanted.to)];
    return c.json({ from, to, differences: [...settingsDifferences(from.settings, to.settings)] }, 200);
  });

  app.openapi(routes.releaseSettings, async (c) => {
    const { id } = c.req.valid('param');
    const release = (await releasesOf(resources, controllers.all)).find((one) => one.id === id);
    if (!release) throw unknown('release', id);
    return c.json(await settingsOfRelease(release, resources), 200);
  });

  /** `test`, or `test:2`. */
  async function found(model: string, text: string): Promise<SettingsVersion> {
    const [, environment = '', number] = /^([^:]+)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
    const current = environments.current(model, environment);
    const version =
      number === undefined
        ? current
        : (await environments.versions(model, environment)).find((one) => one.number === Number(number));
    if (version) return version;
    const there = controllers.all.filter((one) => one.model === model).map((one) => one.environment);
    throw new UserError({
      kind: 'not-found',
      code: 'unknown_environment_settings',
      message: `there are no settings "${text}" of ${model}`,
      action:
        there.length > 0
          ? `Name one of ${there.join(', ')}, or a version of it, such as ${there.at(-1)}:1.`
          : `See "visavox environments" for the models and environments that there are.`,
    });
  }
}

async function stateOf(
  version: SettingsVersion,
  { releases, environments }: Resources,
): Promise<ModelEnvironment> {
  const { model, environment, settings } = version;
  const champion = await releases.champion(environment, model);
  const released = champion && (await environments.versionOf(champion));
  const missing = await environments.missingSecrets(settings);
  return {
    ...{ model, environment, version },
    release: champion
      ? { id: champion.id, version: champion.version, settings: released?.number ?? null }
      : null,
    changes: champion ? [...changesSince(released, version)] : [],
    todo: todoOf(version, { champion, released, missing }),
    missingSecrets: missing && [...missing],
    notHonoured: [...environments.notHonoured(settings)],
  };
}

/** Policies hold from when they are declared; what servers are started with, from the next release. */
function todoOf(
  { environment, settings }: SettingsVersion,
  {
    champion,
    released,
    missing,
  }: {
    readonly champion: Release | undefined;
    readonly released: SettingsVersion | undefined;
    readonly missing: readonly string[] | null;
  },
): string | null {
  if (missing && missing.length > 0)
    return `Set ${missing.join(', ')} for the server: nothing is released here until then.`;
  if (!champion) return null;
  const [before, now] = [released && servingPart(released.settings), servingPart(settings)];
  if (settingsDifferences({ ...before, policies: {} }, { ...now, policies: {} }).length === 0) return null;
  const reference = modelReference({ name: champion.model, version: champion.version });
  return `Release what serves again: visavox release propose ${reference} --to ${environment}, and promote it.`;
}
