import { join } from 'node:path';
import { getManifest } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import type { ObjectStore } from '@visavox/core/object-store';
import type { ModelHost } from '@visavox/core/ports';
import { SharedWork } from '@visavox/core/shared-work';
import type { BundleServers } from '@visavox/serving/host/bundle-servers';
import { modelNames } from '@visavox/serving/models/model-folder';
import { modelPrograms } from './model-programs.ts';
import type { PlatformSettings } from './settings.ts';

interface Resources {
  readonly settings: Pick<PlatformSettings, 'kserve' | 'home' | 'secrets' | 'setup' | 'objects'>;
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
    return LocalBundleServers.open({ objects, folder, log, programs: programsOf(settings, tell) });
  }
  const { nameOf } = await import('@visavox/adapters/kserve/inference-service');
  return new HostedBundleServers({
    objects,
    modelHost,
    addressOf: (bundle) => kserve.addressOf(nameOf(bundle)),
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

/** Bundles that a model host brings up, each at an address that follows from its digest. */
class HostedBundleServers implements BundleServers {
  readonly #resources: Pick<Resources, 'objects' | 'modelHost'> & {
    readonly addressOf: (bundle: Digest) => string;
  };
  readonly #up = new SharedWork<Digest, string>();

  constructor(
    resources: Pick<Resources, 'objects' | 'modelHost'> & { readonly addressOf: (bundle: Digest) => string },
  ) {
    this.#resources = resources;
  }

  bringUp(bundle: Digest): Promise<string> {
    return this.#up.of(bundle, () => this.#bringUp(bundle));
  }

  async retire(bundle: Digest): Promise<void> {
    this.forget(bundle);
    await this.#resources.modelHost.retire(bundle);
  }

  forget(bundle: Digest): void {
    this.#up.forget(bundle);
  }

  async close(): Promise<void> {}

  async #bringUp(bundle: Digest): Promise<string> {
    const { objects, modelHost, addressOf } = this.#resources;
    const networks = modelNames(await getManifest(objects, bundle));
    await (await modelHost.bringUp(bundle, networks)).close();
    return addressOf(bundle);
  }
}
