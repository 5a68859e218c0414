import { DatasetManifest } from '@visavox/core/dataset';
import type { DatasetTombstone } from '@visavox/core/dataset-tombstone';
import { Digest, shortDigest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { deleteBlob, getBlob, hasBlob, type ObjectStore, readBlob } from '@visavox/core/object-store';
import type { DatasetDeletions, DatasetStore } from '@visavox/core/ports';
import type { SqlDeletedVersions, UnfinishedDeletion } from '../sql/deleted-versions.ts';

export interface DeletionResources {
  readonly datasets: Pick<DatasetStore, 'get' | 'list'>;
  readonly store: SqlDeletedVersions;
  readonly objects: ObjectStore;
  /** Whether an application has blobs of its own among those of datasets: nothing is removed then but what was computed. */
  readonly heldByApplication: boolean;
  /** One at a time, beside the saving of versions, among all processes. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly now: () => Date;
}

/** What may name other blobs: code, folders, bundles. Larger ones are data. */
const manifestAtMost = 64 * 1024 * 1024;
const openingBrace = 0x7b;
const anyDigest = /sha256:[0-9a-f]{64}/g;

/** Deletes dataset versions: their rows at once, with a tombstone, then the bytes that nothing else holds. */
export class KeptDeletions implements DatasetDeletions {
  readonly #resources: DeletionResources;

  constructor(resources: DeletionResources) {
    this.#resources = resources;
  }

  list(name?: string): Promise<readonly DatasetTombstone[]> {
    return this.#resources.store.list(name);
  }

  async delete(
    dataset: Digest,
    { reason, by, evenIfReleased }: { reason: string; by: string; evenIfReleased: boolean },
  ): Promise<DatasetTombstone> {
    const { datasets, store, now, alone } = this.#resources;
    await alone(async () => {
      const { manifest } = await datasets.get(dataset);
      const { own, isPart } = await store.parts(dataset);
      if (isPart) throw partOfSplit(dataset);
      const { runs, released } = await store.inUse([dataset, ...own]);
      if (runs[0] !== undefined) throw runUnderWay(dataset, runs[0]);
      if (released.length > 0 && !evenIfReleased) throw releasedFrom(dataset, released);
      const listed = (await datasets.list()).find(({ digest }) => digest === dataset);
      const deletedAt = now().toISOString();
      await store.bury({
        ...{ dataset, name: manifest.name, items: manifest.items.length, reason, released },
        ...{ createdAt: listed?.createdAt ?? deletedAt, deletedAt, deletedBy: by },
      });
    });
    await this.finish();
    const tombstone = (await store.list()).find((one) => one.dataset === dataset);
    if (!tombstone) throw new SystemError(`the tombstone of ${dataset} is gone`);
    return tombstone;
  }

  /** Removes the bytes of what was deleted before, where that was interrupted. */
  async finish(): Promise<void> {
    const { store, alone } = this.#resources;
    await alone(async () => {
      const unfinished = await store.unfinished();
      if (unfinished.length === 0) return;
      const held = await this.#heldByRuns();
      for (const deletion of unfinished) await store.finish(deletion.id, await this.#remove(deletion, held));
    });
  }

  /** Manifests go last: they say what there was to remove. */
  async #remove({ remains }: UnfinishedDeletion, held: ReadonlySet<string>) {
    const { store, objects, heldByApplication } = this.#resources;
    const manifests = remains.manifests.map((text) => Digest.parse(text));
    const sizes = new Map<string, number>(remains.blobs.map((digest) => [digest, 0]));
    for (const manifest of manifests)
      for (const { digest, bytes } of await this.#itemsOf(manifest))
        if (!heldByApplication) sizes.set(digest, bytes);
    const inVersions = await store.held([...sizes.keys(), ...manifests]);
    const free = (digest: string) => !held.has(digest) && !inVersions.has(digest);
    let [blobs, bytes] = [0, 0];
    for (const [digest, size] of sizes) {
      if (!free(digest) || !(await hasBlob(objects, Digest.parse(digest)))) continue;
      await deleteBlob(objects, Digest.parse(digest));
      blobs++;
      bytes += size;
    }
    // Runs name the versions that they were given by the digest of the manifest, which is not to be read any more.
    for (const manifest of manifests) if (!inVersions.has(manifest)) await deleteBlob(objects, manifest);
    return { blobs, bytes };
  }

  async #itemsOf(manifest: Digest): Promise<DatasetManifest['items']> {
    const { objects } = this.#resources;
    if (!(await hasBlob(objects, manifest))) return [];
    const text = new TextDecoder().decode(
      await getBlob(objects, manifest, 'the manifest of a dataset version'),
    );
    return DatasetManifest.parse(JSON.parse(text)).items;
  }

  /** Blobs that records of runs name, and those that their code, folders and bundles are made of. */
  async #heldByRuns(): Promise<ReadonlySet<string>> {
    const { store, objects } = this.#resources;
    const held = new Set<string>();
    for await (const record of store.records())
      for (const [digest] of record.matchAll(anyDigest)) held.add(digest);
    for (const digest of [...held]) {
      const text = await this.#manifestText(objects, Digest.parse(digest));
      for (const [named] of text.matchAll(anyDigest)) held.add(named);
    }
    return held;
  }

  /** Empty where the blob is no JSON object, which what holds others is; or where it is damaged, and holds nothing any more. */
  async #manifestText(objects: ObjectStore, digest: Digest): Promise<string> {
    if (!(await hasBlob(objects, digest))) return '';
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of readBlob(objects, digest)) {
        if (size === 0 && chunk[0] !== openingBrace) return '';
        chunks.push(chunk);
        size += chunk.length;
        if (size > manifestAtMost) return '';
      }
    } catch (error) {
      if (error instanceof SystemError) return '';
      throw error;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    // What was a dataset version is not held by the runs that were given it.
    return text.startsWith('{"format":1,"items":[') ? '' : text;
  }
}

function partOfSplit(dataset: Digest): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'dataset_is_part',
    message: `${shortDigest(dataset)} is a part of a split`,
    action: 'Delete the version that was split: its parts go with it.',
  });
}

function runUnderWay(dataset: Digest, run: string): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'dataset_in_use',
    message: `the run ${run} has not ended, and was given ${shortDigest(dataset)} or a part of it`,
    action: `Wait for it, or cancel it: visavox runs cancel ${run}`,
  });
}

function releasedFrom(dataset: Digest, released: readonly string[]): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'dataset_released',
    message: `models that are released were made from ${shortDigest(dataset)}: ${released.join(', ')}`,
    action:
      'Retire them first; or delete it all the same (--even-if-released): they go on, and nobody can make them again.',
  });
}
