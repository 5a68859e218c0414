import type { Digest } from '@visavox/core/digest';

/** Where bundles answer over the Open Inference Protocol v2, each at an address of its own. */
export interface BundleServers {
  /** The address, without `/v2`, once every network answers. May be repeated, and for one that is up costs nothing. */
  bringUp(bundle: Digest): Promise<string>;
  /** Gone when what is in flight is answered. May be repeated, and taken back by `bringUp`. */
  retire(bundle: Digest): Promise<void>;
  /** One did not answer: whether it is up is found out anew by the next `bringUp`. */
  forget(bundle: Digest): void;
  close(): Promise<void>;
}
