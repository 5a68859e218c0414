import { type Digest, digestOfJson } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';

/** Where bundles answer over the Open Inference Protocol v2: one that is served with two settings has servers of its own for each. */
export interface BundleServers {
  /** The address, without `/v2`, once every network answers. May be repeated, and for one that is up costs nothing. */
  bringUp(bundle: Digest, settings?: ServingSettings): Promise<string>;
  /** Gone when what is in flight is answered. May be repeated, and taken back by `bringUp`. */
  retire(bundle: Digest, settings?: ServingSettings): Promise<void>;
  /** One did not answer: whether it is up is found out anew by the next `bringUp`. */
  forget(bundle: Digest, settings?: ServingSettings): void;
  close(): Promise<void>;
}

/** What servers of a bundle are told apart by: its digest, and that of the settings where there are some. */
export function placeOf(bundle: Digest, settings?: ServingSettings): Digest {
  return settings === undefined ? bundle : digestOfJson({ bundle, settings });
}
