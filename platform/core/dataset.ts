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
  /** The versions that it was split into. */
  readonly splits?: readonly {
    readonly name: string;
    readonly parts: readonly { readonly part: string; readonly dataset: Digest }[];
  }[];
}

/**
 * The version that a reference names: `night-birds` (its newest), `night-birds@sha256:…`, `sha256:…`, or the first six
 * digits of a digest or more; or a part of it: `night-birds/train`, or `night-birds/by-person/train` where it has several
 * splits. Throws a UserError `unknown_dataset` that says which there are.
 */
export function findDataset(
  reference: string,
  versions: readonly DatasetListing[],
): { readonly digest: Digest; readonly name: string } {
  const [whole = '', ...path] = reference.split('/');
  const parts = versions.flatMap(({ name, splits = [] }) =>
    splits.flatMap((split) => split.parts.map(({ dataset }) => ({ digest: dataset, name }))),
  );
  const version = wholeVersion(whole, versions, path.length === 0 ? parts : []);
  return path.length === 0 ? version : partOf(version, path);
}

function wholeVersion(
  reference: string,
  versions: readonly DatasetListing[],
  parts: readonly DatasetListing[],
): DatasetListing {
  const newest = versions.find(({ name }) => name === reference);
  if (newest) return newest;
  const [, name, hex = ''] = /^(?:([^@]+)@)?(?:sha256:)?([0-9a-f]{6,64})$/.exec(reference) ?? [];
  const named = name === undefined ? versions : versions.filter((version) => version.name === name);
  const begin = (listed: readonly DatasetListing[]) =>
    hex === '' ? [] : listed.filter(({ digest }) => hexOf(digest).startsWith(hex));
  const begun = begin(named);
  const [only, ...others] = begun;
  if (only && others.length === 0) return only;
  const part = begin(parts).at(0);
  if (part && !only && hex.length === 64) return part;
  const message = only
    ? `${reference} begins ${begun.length} dataset versions: ${begun.map(({ digest }) => shortDigest(digest)).join(', ')}`
    : name !== undefined && named.length > 0
      ? `the dataset ${name} has no version ${hex}; it has ${listed(named.map(({ digest }) => shortDigest(digest)))}`
      : `there is no dataset ${reference}; there ${inWords([...new Set(versions.map((version) => version.name))])}`;
  throw unknownDataset(message, 'See "visavox data list" for what there is.');
}

/** `PART` of the only split, or `SPLIT/PART`. */
function partOf({ name, digest, splits = [] }: DatasetListing, path: readonly string[]) {
  const version = `${name}@${shortDigest(digest)}`;
  const [first = '', second] = path;
  const candidates = second === undefined ? splits : splits.filter((split) => split.name === first);
  const wanted = second ?? first;
  const found = candidates.flatMap(({ parts }) => parts.filter(({ part }) => part === wanted));
  const [only, ...others] = found;
  if (only && others.length === 0 && path.length <= 2) return { digest: only.dataset, name };
  const there = splits.flatMap((split) => split.parts.map(({ part }) => `${split.name}/${part}`));
  if (there.length === 0)
    throw unknownDataset(
      `${version} has not been split, so that it has no part "${wanted}"`,
      `Split it: visavox data split ${version} --by group:COLUMN --shares train=0.8,test=0.2`,
    );
  throw unknownDataset(
    others.length > 0
      ? `${version} has several splits with a part "${wanted}"`
      : `${version} has no part "${path.join('/')}"`,
    `Name one of ${listed(there)}.`,
  );
}

function unknownDataset(message: string, action: string): UserError {
  return new UserError({ kind: 'not-found', code: 'unknown_dataset', message, action });
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
