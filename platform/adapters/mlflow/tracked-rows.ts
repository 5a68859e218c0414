import { createHash } from 'node:crypto';
import type { TrackedValues } from '@visavox/core/ports';

/** What MLflow takes in one call, and how long each part may be (`mlflow/utils/validation.py`). */
const limits = {
  keyCharacters: 250,
  parameterCharacters: 6000,
  tagCharacters: 8000,
  parametersPerCall: 100,
  tagsPerCall: 100,
  rowsPerCall: 1000,
  /** MLflow takes a million; what the rows are wrapped in needs room too. */
  charactersPerCall: 900_000,
};

/** One row of `runs/log-batch`. */
export type TrackedRow =
  | { readonly kind: 'metrics'; readonly name: string; readonly row: MetricRow }
  | { readonly kind: 'params' | 'tags'; readonly name: string; readonly row: TextRow };

interface MetricRow {
  readonly key: string;
  readonly value: number | string;
  readonly step: number;
  readonly timestamp: number;
}

interface TextRow {
  readonly key: string;
  readonly value: string;
}

/**
 * Parameters, metrics and tags as rows that MLflow takes. A name that it does not take is mapped to one that it does and a
 * text that is too long is cut; a tag keeps the original name or length, and a notice says so.
 */
export function trackedRows({ parameters = {}, metrics = [], tags = {} }: TrackedValues): {
  readonly rows: readonly TrackedRow[];
  readonly notices: readonly string[];
} {
  const rows: TrackedRow[] = [];
  const marks = new Map<string, string>();
  const notices: string[] = [];
  const renamed = (what: string, name: string, key: string) => {
    if (key === name) return;
    marks.set(mappedKey(`visavox.name.${key}`), cut(name, limits.tagCharacters));
    notices.push(`The ${what} ${JSON.stringify(shown(name))} is called ${JSON.stringify(key)} in MLflow.`);
  };
  const shortened = (what: string, key: string, value: string, most: number) => {
    if (value.length <= most) return value;
    marks.set(mappedKey(`visavox.cut.${key}`), `${value.length} characters, of which ${most} are kept`);
    notices.push(
      `The ${what} ${JSON.stringify(key)} has ${value.length} characters; MLflow keeps the first ${most}.`,
    );
    return cut(value, most);
  };

  const parameterKeys = mappedKeys(Object.keys(parameters));
  for (const [name, value] of Object.entries(parameters)) {
    const key = parameterKeys.get(name) ?? name;
    renamed('parameter', name, key);
    const text = shortened('parameter', key, asText(value), limits.parameterCharacters);
    rows.push({ kind: 'params', name, row: { key, value: text } });
  }
  const metricKeys = mappedKeys(metrics.map(({ key }) => key));
  for (const name of new Set(metrics.map(({ key }) => key)))
    renamed('metric', name, metricKeys.get(name) ?? name);
  for (const { key: name, value, step, time } of metrics) {
    const key = metricKeys.get(name) ?? name;
    // JSON has no NaN and no infinity; MLflow reads their names.
    const number = Number.isFinite(value) ? value : String(value);
    rows.push({
      kind: 'metrics',
      name,
      row: { key, value: number, step: Math.trunc(step), timestamp: time.getTime() },
    });
  }
  const tagKeys = mappedKeys(Object.keys(tags));
  for (const [name, value] of Object.entries(tags)) {
    const key = tagKeys.get(name) ?? name;
    renamed('tag', name, key);
    const text = shortened('tag', key, storable(value), limits.tagCharacters);
    rows.push({ kind: 'tags', name, row: { key, value: text } });
  }
  for (const [key, value] of marks) rows.push({ kind: 'tags', name: key, row: { key, value } });
  return { rows, notices };
}

/** The tags of a run that is made now: as in {@link trackedRows}, without a word about it. */
export function tagRows(tags: Readonly<Record<string, string>>): readonly TextRow[] {
  return trackedRows({ tags }).rows.flatMap((one) => (one.kind === 'tags' ? [one.row] : []));
}

/** The rows in as few calls as MLflow's limits allow. */
export function batches(rows: readonly TrackedRow[]): readonly (readonly TrackedRow[])[] {
  const open: { rows: TrackedRow[]; params: number; tags: number; characters: number }[] = [];
  for (const row of rows) {
    const characters = JSON.stringify(row.row).length;
    const isParameter = row.kind === 'params' ? 1 : 0;
    const isTag = row.kind === 'tags' ? 1 : 0;
    let batch = open.find(
      (one) =>
        one.rows.length < limits.rowsPerCall &&
        one.params + isParameter <= limits.parametersPerCall &&
        one.tags + isTag <= limits.tagsPerCall &&
        one.characters + characters <= limits.charactersPerCall,
    );
    if (!batch) {
      batch = { rows: [], params: 0, tags: 0, characters: 0 };
      open.push(batch);
    }
    batch.rows.push(row);
    batch.params += isParameter;
    batch.tags += isTag;
    batch.characters += characters;
  }
  return open.map((batch) => batch.rows);
}

/** For each name the key that it has in MLflow: the name itself where it may be, and no key twice. */
export function mappedKeys(names: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set(names.filter(isKey));
  const keys = new Map<string, string>([...taken].map((name) => [name, name]));
  for (const name of names) {
    if (keys.has(name)) continue;
    const wanted = mappedKey(name);
    const key = taken.has(wanted) ? distinct(wanted, name) : wanted;
    taken.add(key);
    keys.set(name, key);
  }
  return keys;
}

/** Letters and digits of all scripts, `_`, `-`, `.`, `:`, space and `/`, as a relative path in its normal form. */
function isKey(name: string): boolean {
  return (
    /^[/\p{L}\p{N}_.\- :]+$/u.test(name) &&
    name.length <= limits.keyCharacters &&
    !name.startsWith('..') &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function mappedKey(name: string): string {
  if (isKey(name)) return name;
  const plain = name.replace(/[^/\p{L}\p{N}_.\- :]+/gu, '_').replace(/^\.\.+/, '_');
  const parts = plain.split('/').filter((part) => part !== '');
  const key = parts.map((part) => (part === '.' || part === '..' ? '_' : part)).join('/') || '_';
  return key.length <= limits.keyCharacters ? key : distinct(key, name);
}

function distinct(key: string, name: string): string {
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${cut(key, limits.keyCharacters - mark.length - 1)}-${mark}`;
}

function asText(value: unknown): string {
  return storable(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)));
}

/** Without what databases do not take: halves of characters, and the character zero. */
function storable(text: string): string {
  return text.replace(/[\p{Surrogate}\0]/gu, '\uFFFD');
}

/** The first characters, without half of one at the end. */
function cut(text: string, most: number): string {
  return storable(text.slice(0, most)).replace(/\uFFFD$/u, '');
}

function shown(name: string): string {
  return name.length <= 80 ? name : `${name.slice(0, 79)}…`;
}
