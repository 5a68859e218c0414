import { setTimeout as pause } from 'node:timers/promises';
import { getManifest } from '@visavox/core/bundle';
import { type Digest, hexOf } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { ModelHost, ServedBundle } from '@visavox/core/ports';
import { networkMissing, notUp } from '@visavox/serving/host/faults';
import type { RemoteModelHost } from '@visavox/serving/host/remote-model-host';
import { modelNames } from '@visavox/serving/models/model-folder';
import { isPublished, publishBundle } from '@visavox/serving/publish-bundle';
import { nameOf } from './inference-service.ts';
import type { KserveApi } from './kserve-api.ts';

export interface KserveResources {
  readonly api: KserveApi;
  /** Where bundles are kept. */
  readonly objects: ObjectStore;
  /** What `storageUri` of an InferenceService reads: plain files, since KServe's initializer cannot decrypt. */
  readonly models: ObjectStore;
  /** Calls what is up. */
  readonly remote: RemoteModelHost;
  /** How long one may take from being asked for to being ready. */
  readonly startLimitMilliseconds: number;
}

interface Asked {
  readonly bundle: Digest;
  readonly settings: ServingSettings | undefined;
  /** When it has to be up. */
  readonly until: number;
}

const pollMilliseconds = 500;

/** Each bundle as an InferenceService of its own; KServe starts its servers, watches and scales them. */
export class KserveModelHost implements ModelHost {
  readonly #resources: KserveResources;

  constructor(resources: KserveResources) {
    this.#resources = resources;
  }

  /** What does not come up is taken down again: the one that serves goes on, and nothing is left over. */
  async bringUp(
    bundle: Digest,
    networks: readonly string[],
    settings?: ServingSettings,
  ): Promise<ServedBundle> {
    const { api, remote, startLimitMilliseconds } = this.#resources;
    await this.#publish(bundle, networks);
    const until = Date.now() + startLimitMilliseconds;
    const mine = await this.#create({ bundle, settings, until }, networks);
    try {
      await this.#ready({ bundle, settings, until });
      return await remote.bringUp(bundle, networks, settings);
    } catch (error) {
      if (mine) await api.delete(bundle, settings);
      throw error;
    }
  }

  async list(): Promise<readonly Digest[]> {
    const found = await this.#resources.api.list();
    return found.flatMap(({ name, bundle, leaving }) =>
      bundle && !leaving && name === nameOf(bundle) ? [bundle] : [],
    );
  }

  /** Its servers finish what is in flight when Kubernetes ends them. */
  async retire(bundle: Digest, settings?: ServingSettings): Promise<void> {
    await this.#resources.api.delete(bundle, settings);
  }

  /** Once it holds what will be asked for: its servers load nothing else. */
  async #publish(bundle: Digest, networks: readonly string[]): Promise<void> {
    const { objects, models } = this.#resources;
    const manifest = await getManifest(objects, bundle);
    const there = modelNames(manifest);
    const missing = networks.find((name) => !there.includes(name));
    if (missing !== undefined) throw networkMissing(missing, there, bundle);
    const folder = hexOf(bundle);
    if (await isPublished(models, folder)) return;
    const digests = new Map(manifest.files.map(({ path, digest }) => [path, digest]));
    const get = (path: string) => {
      const digest = digests.get(path);
      return digest === undefined ? undefined : readBlob(objects, digest, path);
    };
    await publishBundle(models, folder, { manifest, files: { get } });
  }

  /** One that was retired a moment ago still has the name. */
  async #create({ bundle, settings, until }: Asked, networks: readonly string[]): Promise<boolean> {
    const { api } = this.#resources;
    for (;;) {
      if (await api.create(bundle, networks, settings)) return true;
      const existing = await api.get(bundle, settings);
      if (existing && !existing.leaving) return false;
      if (Date.now() > until)
        throw notUp(bundle, 'an earlier one of its name does not go', 'See why Kubernetes keeps it.');
      await pause(pollMilliseconds);
    }
  }

  async #ready({ bundle, settings, until }: Asked): Promise<void> {
    const { api } = this.#resources;
    for (;;) {
      const state = await api.get(bundle, settings);
      if (!state) throw notUp(bundle, 'its InferenceService was deleted meanwhile', 'Release it again.');
      if (state.ready && (await api.complete(bundle, settings))) return;
      const late = Date.now() > until;
      const trouble = await api.trouble(bundle, settings);
      if (late || trouble?.lasting) {
        const reason = trouble?.reason ?? state.reason ?? 'KServe does not say why';
        throw notUp(bundle, reason, `See "kubectl describe inferenceservice ${state.name}".`);
      }
      await pause(pollMilliseconds);
    }
  }
}
