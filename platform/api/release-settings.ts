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
  const to = await resources.environments.versionOf(release);
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
    return champion && champion.id !== id ? resources.environments.versionOf(champion) : undefined;
  }
  const [served] = (await resources.releases.list(after, model))
    .filter((one) => one.bundle === bundle && one.promotedAt !== null)
    .sort((a, b) => (b.promotedAt ?? '').localeCompare(a.promotedAt ?? ''));
  const then = served && (await resources.environments.versionOf(served));
  return then ?? resources.environments.current(model, after);
}

const placeOf = ({ environment, number }: SettingsVersion) => ({ environment, number });
