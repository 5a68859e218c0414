import type { ModelVersion } from '@visavox/core/model';
import { presentAliases } from '@visavox/core/model-alias';
import { isChallenger, type Release } from '@visavox/core/release';
import type { ControllerPort, PlatformResources } from './resources.ts';
import { unknown } from './unknown.ts';

type Resources = Pick<PlatformResources, 'releases' | 'controllers' | 'aliases'>;

export interface Wanted {
  readonly name: string;
  /** A number, or an alias. */
  readonly wanted: string;
  readonly environment?: string | undefined;
}

/** The number of the version that is meant: aliases that people gave are the same in every environment. */
export async function versionOf(
  resources: Resources,
  { name, wanted, environment }: Wanted,
): Promise<number> {
  if (/^[0-9]+$/.test(wanted)) return Number(wanted);
  const given = presentAliases(await resources.aliases.history(name)).find(({ alias }) => alias === wanted);
  if (given) return given.version;
  if (!resources.controllers.models.includes(name)) throw unknown('alias', `${name}@${wanted}`);
  const controller = resources.controllers.of(name, environment);
  const released = await releasesOf(resources, [controller]);
  const found = released.find((one) => aliasesOf({ name, version: one.version }, [one]).includes(wanted));
  if (!found) throw unknown('model', `${name}@${wanted}`);
  return found.version;
}

export async function releasesOf(
  { releases }: Pick<Resources, 'releases'>,
  controllers: readonly Pick<ControllerPort, 'model' | 'environment'>[],
): Promise<Release[]> {
  const lists = controllers.map(({ model, environment }) => releases.list(environment, model));
  return (await Promise.all(lists)).flat();
}

export function aliasesOf(
  { name, version }: Pick<ModelVersion, 'name' | 'version'>,
  released: readonly Release[],
): string[] {
  const own = released.filter((one) => one.model === name && one.version === version);
  return [
    ...(own.some(({ stage }) => stage === 'champion') ? ['champion'] : []),
    ...(own.some(isChallenger) ? ['challenger'] : []),
  ];
}
