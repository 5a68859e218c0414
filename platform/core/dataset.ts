import { z } from 'zod';
import { canonicalJson, Digest, digestOf } from './digest.ts';

export const DatasetItem = z.object({
  /** Unique within the version, stable between versions: a path or a sample's id. */
  key: z.string().min(1),
  digest: Digest,
  bytes: z.number().int().nonnegative(),
  mediaType: z.string(),
  labels: z.record(z.string(), z.string()),
  /** Where it comes from and under which terms: source, consent, time of capture. */
  provenance: z.record(z.string(), z.string()),
});
export type DatasetItem = z.infer<typeof DatasetItem>;

export const DatasetManifest = z.object({
  format: z.literal(1),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  items: z.array(DatasetItem),
});
export type DatasetManifest = z.infer<typeof DatasetManifest>;

/** An immutable dataset version; its reference is the digest of its manifest. */
export interface DatasetVersion {
  readonly digest: Digest;
  readonly manifest: DatasetManifest;
}

/** Sorts the items, so that the same set of items is the same version in whatever order it was collected. */
export function datasetVersion(name: string, items: readonly DatasetItem[]): DatasetVersion {
  const sorted = [...items].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const repeated = sorted.find((item, index) => sorted[index + 1]?.key === item.key);
  if (repeated) throw new TypeError(`dataset ${name} holds the key "${repeated.key}" twice`);
  const manifest = DatasetManifest.parse({ format: 1, name, items: sorted });
  return { digest: digestOf(canonicalJson(manifest)), manifest };
}

export interface DatasetDifference {
  readonly added: readonly DatasetItem[];
  readonly removed: readonly DatasetItem[];
  readonly changed: readonly { readonly before: DatasetItem; readonly after: DatasetItem }[];
}

export function diffDatasets(before: DatasetManifest, after: DatasetManifest): DatasetDifference {
  const old = new Map(before.items.map((item) => [item.key, item]));
  const now = new Map(after.items.map((item) => [item.key, item]));
  return {
    added: after.items.filter((item) => !old.has(item.key)),
    removed: before.items.filter((item) => !now.has(item.key)),
    changed: after.items.flatMap((item) => {
      const earlier = old.get(item.key);
      return earlier && canonicalJson(earlier) !== canonicalJson(item)
        ? [{ before: earlier, after: item }]
        : [];
    }),
  };
}
