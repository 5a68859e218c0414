import { join } from 'node:path';
import { getManifest } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelHost } from '@visavox/core/ports';
import { SharedWork } from '@visavox/core/shared-work';
import { type BundleServers, placeOf } from '@visavox/serving/host/bundle-servers';
import { modelNames } from '@visavox/serving/models/model-folder';
import { modelPrograms } from './model-programs.ts';
import type { PlatformSettings } from './settings.ts';
import { onThisMachine } from './this-machine.ts';

interface Resources {
  readonly settings: Pick<
    PlatformSettings,
    'kserve' | 'home' | 'secrets' | 'setup' | 'objects' | 'modelSecret'
  >;
  readonly objects: ObjectStore;
  readonly modelHost: ModelHost;
  /** For the files that are served on this machine. */
  readonly folder: string;
  readonly log: (error: unknown) => void;
  /** What is said while packages are installed. */
  readonly tell: (text: string) => void;
}

/** Where released bundles answer over the Open Inference Protocol: on this machine, or as KServe's InferenceServices. */
export async function openBundleServers({ settings, ...resources }: Resources): Promise<BundleServers> {
  const { objects, modelHost, folder, log, tell } = resources;
  const { kserve } = settings;
  if (!kserve) {
    const { LocalBundleServers } = await import('@visavox/serving/host/local-bundle-servers');
    return LocalBundleServers.open({
      ...{ objects, folder, log, programs: programsOf(settings, tell) },
      machineOf: (given) => onThisMachine(given, settings.modelSecret),
    });
  }
  const { nameOf } = await import('@visavox/adapters/kserve/inference-service');
  return new HostedBundleServers({
    objects,
    modelHost,
    addressOf: (bundle, given) => kserve.addressOf(nameOf(bundle, given)),
  });
}

/** With the walls that steps have: a model is code of whoever made it. */
export function programsOf(
  { home, secrets, setup, objects }: Pick<PlatformSettings, 'home' | 'secrets' | 'setup' | 'objects'>,
  log: (text: string) => void,
) {
  return modelPrograms({
    ...{ setup, log, environments: join(home, 'environments'), walls: join(home, 'walls') },
    hidden: [
      ...[secrets, ...(objects.key.file ? [objects.key.file] : [])],
      ...['secrets', 'database', 'logs', 'mlflow', 'objects', 'requests'].map((name) => join(home, name)),
    ],
  });
}

type Hosted = Pick<Resources, 'objects' | 'modelHost'> & {
  readonly addressOf: (bundle: Digest, settings?: ServingSettings) => string;
};

/** Bundles that a model host brings up, each at an address that follows from its digest and its settings. */
class HostedBundleServers implements BundleServers {
  readonly #resources: Hosted;
  readonly #up = new SharedWork<Digest, string>();

  constructor(resources: Hosted) {
    this.#resources = resources;
  }

  bringUp(bundle: Digest, settings?: ServingSettings): Promise<string> {
    return this.#up.of(placeOf(bundle, settings), () => this.#bringUp(bundle, settings));
  }

  async retire(bundle: Digest, settings?: ServingSettings): Promise<void> {
    this.forget(bundle, settings);
    await this.#resources.modelHost.retire(bundle, settings);
  }

  forget(bundle: Digest, settings?: ServingSettings): void {
    this.#up.forget(placeOf(bundle, settings));
  }

  async close(): Promise<void> {}

  async #bringUp(bundle: Digest, settings?: ServingSettings): Promise<string> {
    const { objects, modelHost, addressOf } = this.#resources;
    const networks = modelNames(await getManifest(objects, bundle));
    await (await modelHost.bringUp(bundle, networks, settings)).close();
    return addressOf(bundle, settings);
  }
}
