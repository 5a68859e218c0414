import type { OfferedModel } from '@visavox/control/offered-model';
import { type BundleFiles, getManifest, putBundle } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import { type BundleManifest, bundleDigest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import type { Release } from '@visavox/core/release';
import { pluggedBackbones } from '@visavox/recognition/bundle-parts';

const reason = 'the published recogniser of a newer version of this software';

/** The manifest is asked for at every start, the files only where they are needed. */
export interface Published {
  readonly manifest: () => Promise<BundleManifest>;
  readonly bundle: () => Promise<BundleFiles>;
}

/**
 * The published recogniser that came with this version of the software, where the champion is not made from it. As it is
 * where the champion is an older published one; by way of a training from it where the champion was trained here; and
 * for an operator to decide where somebody plugged a network in.
 */
export function publishedOffer({
  objects,
  published,
}: {
  objects: ObjectStore;
  published: Published;
}): (champion: Release) => Promise<OfferedModel | null> {
  /** What was found for this champion: neither changes while the software runs. */
  let known: { readonly champion: Digest; readonly offer: OfferedModel | null } | undefined;
  return async ({ bundle: champion }) => {
    if (known?.champion === champion) return known.offer;
    const bundle = bundleDigest(await published.manifest());
    const way = await wayFor(objects, champion, bundle);
    if (way) await putBundle(objects, await published.bundle());
    known = { champion, offer: way && { bundle, reason, way } };
    return known.offer;
  };
}

async function wayFor(
  objects: ObjectStore,
  champion: Digest,
  published: Digest,
): Promise<OfferedModel['way'] | null> {
  const serving = await getManifest(objects, champion);
  if (champion === published || (await descends(objects, serving, published))) return null;
  if (pluggedBackbones(serving).length > 0) return 'register';
  return serving.parent === null ? 'release' : 'train';
}

async function descends(objects: ObjectStore, { parent }: BundleManifest, from: Digest): Promise<boolean> {
  if (parent === null) return false;
  return parent === from || descends(objects, await getManifest(objects, parent), from);
}
