import type { ServedModelsPort, ServedRelease } from '@visavox/api/resources';
import { UserError } from '@visavox/core/errors';
import type { ModelReference } from '@visavox/core/model';
import type { ReleaseStore, ReleaseTarget } from '@visavox/core/ports';
import { isChallenger, isUp, type Release } from '@visavox/core/release';
import type { BundleServers } from '@visavox/serving/host/bundle-servers';

interface Resources {
  readonly releases: ReleaseStore;
  readonly servers: BundleServers;
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
    const { servers } = this.#resources;
    const bringUp = async ({ bundle }: Release) => void (await servers.bringUp(bundle));
    return { prepare: bringUp, activate: bringUp, retire: (release) => this.#retire(release) };
  }

  /** Where a release that was brought up answers, without `/v2`. */
  urlOf({ bundle }: Release): Promise<string> {
    return this.#resources.servers.bringUp(bundle);
  }

  close(): Promise<void> {
    return this.#resources.servers.close();
  }

  async find(environment: string, reference: ModelReference): Promise<ServedRelease> {
    const release = await this.#released(environment, reference);
    const { servers } = this.#resources;
    const { bundle } = release;
    return { release, url: await servers.bringUp(bundle), lost: () => servers.forget(bundle) };
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

  /** Another release may serve the same bundle: a training on the same data makes the same files. */
  async #retire({ bundle, model }: Release): Promise<void> {
    const { models, releases, servers } = this.#resources;
    const { environments = [] } = models.find(({ name }) => name === model) ?? {};
    const all = await Promise.all(environments.map((environment) => releases.list(environment, model)));
    const isNeeded = all.flat().some((release) => release.bundle === bundle && isUp(release));
    if (!isNeeded) await servers.retire(bundle);
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
