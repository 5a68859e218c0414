import type { Digest } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import type { ModelHost, ServedBundle } from '@visavox/core/ports';
import { RemoteBundle } from './remote-bundle.ts';

/** Bundles that others bring up and retire; here they are called. */
export class RemoteModelHost implements ModelHost {
  readonly #addressOf: (bundle: Digest, settings?: ServingSettings) => string | Promise<string>;
  readonly #limitMilliseconds: number;

  /** `limitMilliseconds`: how long to wait for one to answer. */
  constructor(resources: {
    addressOf: (bundle: Digest, settings?: ServingSettings) => string | Promise<string>;
    limitMilliseconds: number;
  }) {
    this.#addressOf = resources.addressOf;
    this.#limitMilliseconds = resources.limitMilliseconds;
  }

  async bringUp(
    bundle: Digest,
    networks: readonly string[],
    settings?: ServingSettings,
  ): Promise<ServedBundle> {
    const url = await this.#addressOf(bundle, settings);
    return RemoteBundle.connect({ url, bundle, networks, limitMilliseconds: this.#limitMilliseconds });
  }

  async list(): Promise<readonly Digest[]> {
    return [];
  }

  async retire(): Promise<void> {}
}
