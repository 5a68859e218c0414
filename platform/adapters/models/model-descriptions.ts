import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { ModelDescription } from '@visavox/core/model-description';
import type { ObjectStore } from '@visavox/core/object-store';
import { SharedWork } from '@visavox/core/shared-work';
import type { SqlBundleFacts } from '../sql/bundle-facts.ts';
import { describeBundle } from './describe-bundle.ts';

/** What bundles are, read from their files once and kept. */
export class ModelDescriptions {
  readonly #objects: ObjectStore;
  readonly #facts: SqlBundleFacts;
  readonly #underWay = new SharedWork<Digest, ModelDescription>();

  constructor(resources: { readonly objects: ObjectStore; readonly facts: SqlBundleFacts }) {
    this.#objects = resources.objects;
    this.#facts = resources.facts;
  }

  async of(bundle: Digest): Promise<ModelDescription> {
    const kept = ModelDescription.safeParse(await this.#facts.description(bundle));
    if (kept.success) return kept.data;
    return this.#underWay.of(bundle, async () => {
      try {
        const description = await describeBundle(this.#objects, bundle);
        await this.#facts.describe(bundle, description);
        return description;
      } finally {
        this.#underWay.forget(bundle);
      }
    });
  }

  /**
   * Throws a UserError that says what is wrong with the files, before they become a version. What a run made as one file
   * may be no network although it is called like one (`files: false`); that is found out when it is to serve.
   */
  async require(bundle: Digest, { files }: { readonly files: boolean }): Promise<void> {
    const { faults } = await this.of(bundle);
    const fault = faults.find(({ code }) => files || code !== 'model_file_invalid');
    if (fault) throw new UserError({ kind: 'invalid', ...fault });
  }
}
