import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Assignment, type EarlierSplit, unitKey } from '@visavox/core/assign-units';
import { type DatasetItem, type DatasetVersion, datasetVersion } from '@visavox/core/dataset';
import type { DatasetSplit, KeptSplit, SplitRule } from '@visavox/core/dataset-split';
import { canonicalJson, type Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { getBlob, hasBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { DatasetSplits } from '@visavox/core/ports';
import { SharedWork } from '@visavox/core/shared-work';
import { z } from 'zod';
import type { SqlDatasetStore } from '../sql/dataset-store.ts';
import type { SqlSplitStore } from '../sql/split-store.ts';
import { tableFormatOf } from '../tables/table-format.ts';
import { profilerLimits } from '../tables/table-profiler.ts';
import { splitExists, unknownColumn } from './split-faults.ts';
import { splitItems } from './split-items.ts';
import { splitTables } from './split-tables.ts';

export interface SplitResources {
  readonly datasets: SqlDatasetStore;
  readonly store: SqlSplitStore;
  readonly objects: ObjectStore;
  readonly now: () => Date;
}

interface Wish {
  readonly name: string;
  readonly rule: SplitRule;
}

interface PartContent {
  readonly items: readonly DatasetItem[];
  readonly rows: number | null;
}

interface Divided {
  readonly of: DatasetSplit['of'];
  readonly assignment: Assignment;
  readonly contentOf: (part: string) => PartContent;
  readonly leftOut: readonly string[];
}

const Assigned = z.record(z.string(), z.string());

/** Splits of dataset versions. Each part is a version of its own: what takes a version takes a part. */
export class KeptSplits implements DatasetSplits {
  readonly #resources: SplitResources;
  readonly #underWay = new SharedWork<string, KeptSplit>();
  /** One version at a time, whoever asks: each may take all the memory that the limits allow. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(resources: SplitResources) {
    this.#resources = resources;
  }

  list(dataset: Digest): Promise<readonly KeptSplit[]> {
    return this.#resources.store.list(dataset);
  }

  async create(dataset: Digest, wish: Wish): Promise<KeptSplit> {
    const known = (await this.list(dataset)).find(({ split }) => split.name === wish.name);
    if (known) return same(known, wish);
    const key = `${dataset} ${canonicalJson(wish)}`;
    return this.#underWay.of(key, async () => {
      const turn = this.#turn.then(() => this.#made(dataset, wish));
      this.#turn = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        this.#underWay.forget(key);
      }
    });
  }

  /** Blobs and versions come before the rows that name them: what a crash leaves behind is found again. */
  async #made(dataset: Digest, wish: Wish): Promise<KeptSplit> {
    const { datasets, store, objects, now } = this.#resources;
    const version = await datasets.get(dataset);
    const earlier = await this.#earlier(version, wish);
    const { of, assignment, contentOf, leftOut } = await this.#divided(version, wish.rule, earlier?.split);
    const parts: DatasetSplit['parts'] = [];
    for (const { part } of wish.rule.shares) {
      const { items, rows } = contentOf(part);
      const made = datasetVersion(version.manifest.name, items);
      await datasets.savePart(made, dataset);
      const units = [...assignment.parts.values()].filter((one) => one === part).length;
      parts.push({ part, dataset: made.digest, items: items.length, rows, units });
    }
    const byKey = Object.fromEntries([...assignment.parts].map(([id, part]) => [unitKey(id), part]));
    const kept = await store.save(
      {
        ...{ format: 1, dataset, name: wish.name, rule: wish.rule, of, parts },
        ...{ follows: earlier?.digest ?? null, cuts: assignment.cuts, leftOut: [...leftOut] },
        assignment: await putBlob(objects, new TextEncoder().encode(canonicalJson(byKey))),
      },
      now(),
    );
    return same(kept, wish);
  }

  /** The newest split of another version that has this name and this rule. */
  async #earlier(
    { digest, manifest }: DatasetVersion,
    { name, rule }: Wish,
  ): Promise<{ readonly digest: Digest; readonly split: EarlierSplit } | undefined> {
    const { store, objects } = this.#resources;
    const kept = await store.newestOf(manifest.name, name, digest);
    if (!kept || canonicalJson(kept.split.rule) !== canonicalJson(rule)) return undefined;
    const { assignment, cuts } = kept.split;
    if (!(await hasBlob(objects, assignment))) return undefined;
    const text = new TextDecoder().decode(await getBlob(objects, assignment, `the split ${name}`));
    const parts = new Map(Object.entries(Assigned.parse(JSON.parse(text))));
    return { digest: kept.digest, split: { parts, cuts } };
  }

  async #divided(
    { manifest: { items, name } }: DatasetVersion,
    rule: SplitRule,
    earlier: EarlierSplit | undefined,
  ): Promise<Divided> {
    if (items.some(({ labels }) => rule.column in labels)) {
      const { assignment, partOf } = splitItems(items, rule, earlier);
      const contentOf = (part: string) => ({
        items: items.filter((item) => partOf(item) === part),
        rows: null,
      });
      return { of: 'items', assignment, contentOf, leftOut: [] };
    }
    const tables = items.flatMap((item) => {
      const format = tableFormatOf(item);
      return format ? [{ item, format }] : [];
    });
    const labels = [...new Set(items.flatMap((item) => Object.keys(item.labels)))].sort();
    if (tables.length === 0) throw unknownColumn(rule.column, labels);
    await this.#requireTables(
      tables.map(({ item }) => item),
      name,
    );
    const folder = await mkdtemp(join(tmpdir(), 'visavox-tables-'));
    try {
      const { objects } = this.#resources;
      const split = await splitTables(tables, rule, earlier, { folder, objects, limits: profilerLimits });
      return {
        ...{ of: 'rows', assignment: split.assignment },
        contentOf: (part) => {
          const those = split.items.get(part) ?? [];
          return {
            items: those.map(({ item }) => item),
            rows: those.reduce((sum, { rows }) => sum + rows, 0),
          };
        },
        leftOut: items.filter((item) => !tableFormatOf(item)).map(({ key }) => key),
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #requireTables(items: readonly DatasetItem[], name: string): Promise<void> {
    const bytes = items.reduce((sum, item) => sum + item.bytes, 0);
    if (bytes > profilerLimits.bytes)
      throw new UserError({
        kind: 'too-large',
        code: 'tables_too_large',
        message: `the tables have ${bytes} bytes, of which ${profilerLimits.bytes} may be split at once`,
        action: 'Divide them into files by what you split by, and label the files instead.',
      });
    for (const { key, digest } of items)
      if (!(await hasBlob(this.#resources.objects, digest)))
        throw new UserError({
          kind: 'gone',
          code: 'item_missing',
          message: `the bytes of ${key} of the dataset ${name} are not kept any more, or damaged`,
          action: 'Import the folder again if they were lost, or split a newer version.',
        });
  }
}

function same(kept: KeptSplit, { name, rule }: Wish): KeptSplit {
  if (canonicalJson(kept.split.rule) !== canonicalJson(rule)) throw splitExists(name);
  return kept;
}
