import { shortDigest } from '@visavox/core/digest';
import type { LineageEdge, LineageNode, LineageSource } from '@visavox/core/lineage';
import { modelReference } from '@visavox/core/model';
import type { Kysely } from 'kysely';
import type { PlatformTables } from './tables.ts';

/**
 * sample `contained in` dataset `input of` run `produced` model `released as` release; dataset `split into` its parts. A
 * sample's id is the key of its item; a model's is `name:version`. Whose the samples are and what a release decided, the application adds.
 */
export class PlatformLineage implements LineageSource {
  readonly #db: Kysely<PlatformTables>;

  constructor(db: Kysely<PlatformTables>) {
    this.#db = db;
  }

  async into(node: LineageNode): Promise<readonly LineageEdge[]> {
    switch (node.kind) {
      case 'dataset':
        return [
          ...(await this.#parts('version', node.id)).map((row) => ({
            ...{ from: datasetNode(row.dataset, row.name), to: node, relation: 'split into' },
          })),
          ...(
            await this.#db
              .selectFrom('dataset_items')
              .where('dataset', '=', node.id)
              .orderBy('key')
              .select('key')
              .execute()
          ).map(({ key }) => contained(key, node)),
        ];
      case 'run':
        return (await this.#datasetsOf(node.id)).map((from) => ({ from, to: node, relation: 'input of' }));
      case 'model':
        return (await this.#runsOf(node.id)).map((from) => ({ from, to: node, relation: 'produced' }));
      case 'release':
        return (
          await this.#db
            .selectFrom('releases')
            .where('id', '=', node.id)
            .select(['model', 'version'])
            .execute()
        ).map((row) => ({ from: modelNode(row.model, row.version), to: node, relation: 'released as' }));
      default:
        return [];
    }
  }

  async outOf(node: LineageNode): Promise<readonly LineageEdge[]> {
    switch (node.kind) {
      case 'sample':
        return (await this.#datasetsWith(node.id)).map((dataset) => contained(node.id, dataset, node));
      case 'dataset':
        return [
          ...(await this.#parts('dataset', node.id)).map((row) => ({
            ...{ from: node, relation: 'split into' },
            to: datasetNode(row.version, row.name === null ? row.part : `${row.name}/${row.part}`),
          })),
          ...(await this.#runsWith(node.id)).map((to) => ({ from: node, to, relation: 'input of' })),
        ];
      case 'run':
        return (
          await this.#db
            .selectFrom('model_versions')
            .where('run', '=', node.id)
            .orderBy('version')
            .select(['name', 'version'])
            .execute()
        ).map((row) => ({ from: node, to: modelNode(row.name, row.version), relation: 'produced' }));
      case 'model':
        return (await this.#releasesOf(node.id)).map((to) => ({ from: node, to, relation: 'released as' }));
      default:
        return [];
    }
  }

  async #datasetsOf(run: string): Promise<LineageNode[]> {
    const rows = await this.#db
      .selectFrom('run_datasets')
      .leftJoin('dataset_versions', 'dataset_versions.digest', 'run_datasets.dataset')
      .where('run', '=', run)
      .orderBy('dataset')
      .select(['dataset', 'name'])
      .execute();
    return Promise.all(
      rows.map(async ({ dataset, name }) =>
        datasetNode(dataset, name ?? (await this.#nameOfDeleted(dataset))),
      ),
    );
  }

  #parts(column: 'dataset' | 'version', digest: string) {
    return this.#db
      .selectFrom('dataset_parts')
      .leftJoin('dataset_versions', 'dataset_versions.digest', 'dataset_parts.dataset')
      .where(`dataset_parts.${column}`, '=', digest)
      .orderBy('dataset_parts.split')
      .orderBy('dataset_parts.position')
      .select(['dataset_parts.dataset', 'dataset_parts.version', 'dataset_parts.part', 'name'])
      .execute();
  }

  async #nameOfDeleted(dataset: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('dataset_tombstones')
      .where('dataset', '=', dataset)
      .orderBy('id', 'desc')
      .select('name')
      .executeTakeFirst();
    return row ? `${row.name} (deleted)` : null;
  }

  async #datasetsWith(key: string): Promise<LineageNode[]> {
    const rows = await this.#db
      .selectFrom('dataset_items')
      .innerJoin('dataset_versions', 'dataset_versions.digest', 'dataset_items.dataset')
      .where('key', '=', key)
      .orderBy('saved')
      .select(['dataset', 'name'])
      .execute();
    return rows.map((row) => datasetNode(row.dataset, row.name));
  }

  async #runsWith(dataset: string): Promise<LineageNode[]> {
    const rows = await this.#db
      .selectFrom('run_datasets')
      .innerJoin('runs', 'runs.id', 'run_datasets.run')
      .where('dataset', '=', dataset)
      .orderBy('created_at')
      .select('id')
      .execute();
    return rows.map(({ id }) => ({ kind: 'run', id }));
  }

  async #runsOf(model: string): Promise<LineageNode[]> {
    const reference = parseReference(model);
    if (!reference) return [];
    const rows = await this.#db
      .selectFrom('model_versions')
      .where('name', '=', reference.name)
      .where('version', '=', reference.version)
      .where('run', 'is not', null)
      .select('run')
      .$narrowType<{ run: string }>()
      .execute();
    return rows.map(({ run }) => ({ kind: 'run', id: run }));
  }

  async #releasesOf(model: string): Promise<LineageNode[]> {
    const reference = parseReference(model);
    if (!reference) return [];
    const rows = await this.#db
      .selectFrom('releases')
      .where('model', '=', reference.name)
      .where('version', '=', reference.version)
      .orderBy('position')
      .select(['id', 'environment', 'stage'])
      .execute();
    return rows.map((row) => ({ kind: 'release', id: row.id, label: `${row.environment}, ${row.stage}` }));
  }
}

function contained(
  key: string,
  dataset: LineageNode,
  sample: LineageNode = { kind: 'sample', id: key },
): LineageEdge {
  return { from: sample, to: dataset, relation: 'contained in' };
}

function datasetNode(digest: string, name: string | null): LineageNode {
  const short = digest.startsWith('sha256:') ? shortDigest(digest) : digest;
  return { kind: 'dataset', id: digest, label: name === null ? short : `${name} ${short}` };
}

function modelNode(name: string, version: number): LineageNode {
  return { kind: 'model', id: modelReference({ name, version }) };
}

function parseReference(reference: string): { name: string; version: number } | undefined {
  const match = /^(.+):([1-9][0-9]{0,8})$/.exec(reference);
  return match?.[1] && match[2] ? { name: match[1], version: Number(match[2]) } : undefined;
}
