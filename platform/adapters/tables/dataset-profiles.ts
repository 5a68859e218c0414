import { DatasetProfile } from '@visavox/core/dataset-profile';
import type { Digest } from '@visavox/core/digest';
import { profileOfItems } from '@visavox/core/item-profile';
import { getBlob, hasBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { DatasetProfiles, DatasetStore } from '@visavox/core/ports';
import { SharedWork } from '@visavox/core/shared-work';
import type { SqlProfileIndex } from '../sql/profile-index.ts';
import type { TableProfiler } from './table-profiler.ts';

export interface KeptProfilesResources {
  readonly datasets: Pick<DatasetStore, 'get'>;
  readonly objects: ObjectStore;
  readonly index: SqlProfileIndex;
  readonly tables: TableProfiler;
}

/** Profiles of dataset versions: each is computed once, however many ask, and kept as a blob. */
export class KeptDatasetProfiles implements DatasetProfiles {
  readonly #resources: KeptProfilesResources;
  readonly #underWay = new SharedWork<Digest, DatasetProfile>();

  constructor(resources: KeptProfilesResources) {
    this.#resources = resources;
  }

  async of(dataset: Digest): Promise<DatasetProfile> {
    const kept = await this.#kept(dataset);
    if (kept) return kept;
    return this.#underWay.of(dataset, async () => {
      try {
        return await this.#compute(dataset);
      } finally {
        this.#underWay.forget(dataset);
      }
    });
  }

  close(): Promise<void> {
    return this.#resources.tables.close();
  }

  async #kept(dataset: Digest): Promise<DatasetProfile | undefined> {
    const { index, objects } = this.#resources;
    const digest = await index.find(dataset);
    if (digest === undefined || !(await hasBlob(objects, digest))) return undefined;
    const text = new TextDecoder().decode(await getBlob(objects, digest, `the profile of ${dataset}`));
    return DatasetProfile.parse(JSON.parse(text));
  }

  async #compute(dataset: Digest): Promise<DatasetProfile> {
    const { datasets, objects, index, tables } = this.#resources;
    const { manifest } = await datasets.get(dataset);
    const profile = {
      ...profileOfItems(manifest.items),
      tables: await tables.profile(manifest.items),
    };
    // Bytes that are missing may come back, when the file is imported again.
    if (profile.tables?.unread.some(({ why }) => why === 'erased')) return profile;
    await index.save(dataset, await putBlob(objects, new TextEncoder().encode(JSON.stringify(profile))));
    return profile;
  }
}
