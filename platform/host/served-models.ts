import type { ServedModelsPort, ServedRelease } from '@visavox/api/resources';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { UserError } from '@visavox/core/errors';
import type { ModelReference } from '@visavox/core/model';
import type { ReleaseStore, ReleaseTarget } from '@visavox/core/ports';
import { isChallenger, isUp, type Release } from '@visavox/core/release';
import { type BundleServers, placeOf } from '@visavox/serving/host/bundle-servers';

interface Resources {
  readonly releases: ReleaseStore;
  readonly servers: BundleServers;
  /** What a release's servers are started with. */
  readonly settingsOf: (release: Release) => Promise<ServingSettings | undefined>;
  /** Those that are served here, with the environments that they are released to. */
  readonly models: readonly { readonly name: string; readonly environments: readonly string[] }[];
}

const isChampion = ({ stage }: Release) => stage === 'champion';

/** Which of the releases that are up a reference means. */
function wantedBy(reference: ModelReference): (release: Release) => boolean {
  if ('version' in reference) return ({ version }) => version === reference.version;
  if (reference.alias === 'champion') return isChampion;
  return reference.alias === 'challenger' ? isChallenger : () => false;
}

/**
 * Models whose releases serve by what their bundle holds: its networks, over the Open Inference Protocol. Which release
 * that is stands in the release store alone, so that every process follows it at once.
 */
export class ServedModels implements ServedModelsPort {
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  isServed(model: string): boolean {
    return this.#resources.models.some(({ name }) => name === model);
  }

  /** For the controllers of a model: a release is prepared when its networks answer. */
  get target(): ReleaseTarget {
    const bringUp = async (release: Release) => void (await this.urlOf(release));
    return { prepare: bringUp, activate: bringUp, retire: (release) => this.#retire(release) };
  }

  /** Where a release that was brought up answers, without `/v2`. */
  async urlOf(release: Release): Promise<string> {
    const { servers, settingsOf } = this.#resources;
    return servers.bringUp(release.bundle, await settingsOf(release));
  }

  close(): Promise<void> {
    return this.#resources.servers.close();
  }

  async find(environment: string, reference: ModelReference): Promise<ServedRelease> {
    const release = await this.#released(environment, reference);
    const { servers, settingsOf } = this.#resources;
    const { bundle } = release;
    const settings = await settingsOf(release);
    return {
      release,
      url: await servers.bringUp(bundle, settings),
      lost: () => servers.forget(bundle, settings),
    };
  }

  async #released(environment: string, reference: ModelReference): Promise<Release> {
    const { models, releases } = this.#resources;
    const model = models.find(({ name }) => name === reference.name);
    if (!model?.environments.includes(environment)) throw notServed(environment, reference.name);
    const isWanted = wantedBy(reference);
    if (isWanted === isChampion) {
      const champion = await releases.champion(environment, reference.name);
      if (champion) return champion;
    }
    const up = (await releases.list(environment, reference.name)).filter(isUp);
    const wanted = up.find(isWanted);
    if (wanted) return wanted;
    throw nothingServes(environment, reference, up);
  }

  /** Another release may serve the same bundle with the same settings: a training on the same data makes the same files. */
  async #retire(retired: Release): Promise<void> {
    const { models, releases, servers, settingsOf } = this.#resources;
    const { bundle, model } = retired;
    const { environments = [] } = models.find(({ name }) => name === model) ?? {};
    const all = await Promise.all(environments.map((environment) => releases.list(environment, model)));
    const settings = await settingsOf(retired);
    const place = placeOf(bundle, settings);
    const others = all.flat().filter((release) => release.bundle === bundle && isUp(release));
    const places = await Promise.all(others.map(async (one) => placeOf(bundle, await settingsOf(one))));
    if (!places.includes(place)) await servers.retire(bundle, settings);
  }
}

function notServed(environment: string, model: string): UserError {
  return new UserError({
    kind: 'not-found',
    code: 'model_not_served',
    message: `no model called ${model} is served in an environment called ${environment}`,
    action: 'See "visavox status" for what is served, and where.',
  });
}

function nothingServes(environment: string, reference: ModelReference, up: readonly Release[]): UserError {
  const { name } = reference;
  const wanted = 'version' in reference ? `version ${reference.version}` : reference.alias;
  const there = up.map(({ version, stage }) => `${name}:${version} (${stage})`).join(', ');
  return new UserError({
    kind: 'not-found',
    code: 'nothing_serves',
    message: `no ${wanted} of ${name} is up in ${environment}`,
    action:
      there === ''
        ? `Release a version first: visavox release propose ${name}:VERSION`
        : `There is ${there}.`,
  });
}
