import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { ModelRegistry } from '@visavox/core/ports';
import type { SqlModelVersions } from './model-versions.ts';

/** A registry whose versions are known here as well, so that serving does not wait for the registry to come up. */
export class MirroredModelRegistry implements ModelRegistry {
  readonly #registry: ModelRegistry;
  readonly #mirror: SqlModelVersions;

  constructor(registry: ModelRegistry, mirror: SqlModelVersions) {
    this.#registry = registry;
    this.#mirror = mirror;
  }

  async register(...[model]: Parameters<ModelRegistry['register']>): Promise<ModelVersion> {
    const registered = await this.#registry.register(model);
    await this.#mirror.save(registered);
    return registered;
  }

  /** A version never changes, so what is known here is right. */
  async get(name: string, version: number): Promise<ModelVersion> {
    const known = await this.#mirror.get(name, version);
    if (known) return known;
    const found = await this.#registry.get(name, version);
    await this.#mirror.save(found);
    return found;
  }

  async list(name?: string): Promise<readonly ModelVersion[]> {
    try {
      const versions = await this.#registry.list(name);
      for (const version of versions) await this.#mirror.save(version);
      return versions;
    } catch (error) {
      if (error instanceof UserError && error.kind === 'unavailable') return this.#mirror.list(name);
      throw error;
    }
  }

  setAlias(...[name, alias, version]: Parameters<ModelRegistry['setAlias']>): Promise<void> {
    return this.#registry.setAlias(name, alias, version);
  }
}
