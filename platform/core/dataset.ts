import { z } from 'zod';
import { canonicalJson, Digest, digestOf, hexOf, shortDigest } from './digest.ts';
import { UserError } from './errors.ts';

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

/** What a list of dataset versions says of each, newest first. */
export interface DatasetListing {
  readonly digest: Digest;
  readonly name: string;
}

/**
 * The version that a reference names: `night-birds` (its newest), `night-birds@sha256:…`, `sha256:…`, or the first six
 * digits of a digest or more. Throws a UserError `unknown_dataset` that says which there are.
 */
export function findDataset<Listed extends DatasetListing>(
  reference: string,
  versions: readonly Listed[],
): Listed {
  const newest = versions.find(({ name }) => name === reference);
  if (newest) return newest;
  const [, name, hex = ''] = /^(?:([^@]+)@)?(?:sha256:)?([0-9a-f]{6,64})$/.exec(reference) ?? [];
  const named = name === undefined ? versions : versions.filter((version) => version.name === name);
  const begun = hex === '' ? [] : named.filter(({ digest }) => hexOf(digest).startsWith(hex));
  const [only, ...others] = begun;
  if (only && others.length === 0) return only;
  const message = only
    ? `${reference} begins ${begun.length} dataset versions: ${begun.map(({ digest }) => shortDigest(digest)).join(', ')}`
    : name !== undefined && named.length > 0
      ? `the dataset ${name} has no version ${hex}; it has ${listed(named.map(({ digest }) => shortDigest(digest)))}`
      : `there is no dataset ${reference}; there ${inWords([...new Set(versions.map((version) => version.name))])}`;
  throw new UserError({
    kind: 'not-found',
    code: 'unknown_dataset',
    message,
    action: 'See "visavox data list" for what there is.',
  });
}

const shownAtMost = 20;

function inWords(names: readonly string[]): string {
  return names.length === 0 ? 'is none yet' : `${names.length === 1 ? 'is' : 'are'} ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  const rest = names.length - shownAtMost;
  return names.slice(0, shownAtMost).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** Labels of files, in a folder that becomes a dataset: a column `file_name`, and one for each label. */
export const labelsFileName = 'metadata.csv';

/** The labels of items as that file, which an import of the folder reads back; undefined where none has any. */
export function labelsText(items: readonly Pick<DatasetItem, 'key' | 'labels'>[]): string | undefined {
  const names = [...new Set(items.flatMap(({ labels }) => Object.keys(labels)))].sort();
  if (names.length === 0) return undefined;
  const cell = (text: string) =>
    /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = items.map(({ key, labels }) => [key, ...names.map((name) => labels[name] ?? '')]);
  return [['file_name', ...names], ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}
