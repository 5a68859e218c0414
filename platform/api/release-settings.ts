import {
  type ReleaseSettings,
  type SettingsDifference,
  type SettingsVersion,
  settingsDifferences,
} from '@visavox/core/environment-settings';
import type { Release } from '@visavox/core/release';
import type { PlatformResources } from './resources.ts';

type Resources = Pick<PlatformResources, 'releases' | 'environments'>;

/**
 * What a release goes out with, beside what its files served with in the environment before; where none comes before, beside
 * what serves in its own.
 */
export async function settingsOfRelease(release: Release, resources: Resources): Promise<ReleaseSettings> {
  const { model, environment } = release;
  const to = await versionOf(release, resources);
  const now = resources.environments.current(model, environment);
  const from = await versionBefore(release, now, resources);
  return {
    release: release.id,
    from: from ? placeOf(from) : null,
    to: to ? placeOf(to) : null,
    differences: from && to ? [...settingsDifferences(from.settings, to.settings)] : [],
    changes: now ? [...changesSince(to, now)] : [],
  };
}

/** Undefined for one from before there were any. */
export async function versionOf(
  { model, environment, settings }: Release,
  { environments }: Pick<Resources, 'environments'>,
): Promise<SettingsVersion | undefined> {
  if (settings === undefined) return undefined;
  return (await environments.versions(model, environment)).find(({ digest }) => digest === settings);
}

/** What is declared otherwise by now; of one from before there were settings, all of them. */
export function changesSince(
  released: SettingsVersion | undefined,
  now: SettingsVersion,
): readonly SettingsDifference[] {
  return settingsDifferences(released?.settings ?? { policies: now.settings.policies }, now.settings);
}

async function versionBefore(
  release: Release,
  now: SettingsVersion | undefined,
  resources: Resources,
): Promise<SettingsVersion | undefined> {
  const { model, environment, bundle, id } = release;
  const after = now?.settings.policies.after;
  if (after === undefined) {
    const champion = await resources.releases.champion(environment, model);
    return champion && champion.id !== id ? versionOf(champion, resources) : undefined;
  }
  const [served] = (await resources.releases.list(after, model))
    .filter((one) => one.bundle === bundle && one.promotedAt !== null)
    .sort((a, b) => (b.promotedAt ?? '').localeCompare(a.promotedAt ?? ''));
  const then = served && (await versionOf(served, resources));
  return then ?? resources.environments.current(model, after);
}

const placeOf = ({ environment, number }: SettingsVersion) => ({ environment, number });
