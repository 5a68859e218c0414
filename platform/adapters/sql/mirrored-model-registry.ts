import { canonicalJson, type Digest, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { type ModelVersion, modelReference } from '@visavox/core/model';
import type { ModelRegistry } from '@visavox/core/ports';
import type { ShownModel, ShownVersion } from '../mlflow/registry.ts';
import type { VersionSignatures } from '../mlflow/version-signatures.ts';
import type { SqlModelVersions } from './model-versions.ts';

/** A registry that others look at, and may write to. */
export interface RegistryMirror extends ModelRegistry {
  shown(name: string): Promise<ShownModel>;
  sign(model: ModelVersion, signature: string): Promise<void>;
}

/** A version that the mirror shows otherwise than it is, and how. */
export interface RegistryDifference {
  readonly version: number;
  readonly difference: string;
}

export interface InspectedModel {
  /** Newest first. */
  readonly versions: readonly ModelVersion[];
  readonly differences: readonly RegistryDifference[];
  /** As the mirror has them; undefined while it is away. */
  readonly aliases: Readonly<Record<string, number>> | undefined;
}

interface Resources {
  readonly mirror: RegistryMirror;
  readonly versions: SqlModelVersions;
  readonly signatures: VersionSignatures;
  /** What the run that made a version wrote down of it; see `registeredByRun`. */
  readonly registeredByRun: (model: ModelVersion) => Promise<ModelVersion | 'unfinished' | undefined>;
  /** Looks at the files of a bundle before they become a version, which throws where they are none, and signs them then. */
  readonly bundles?: {
    require(bundle: Digest, what: { readonly files: boolean }): Promise<void>;
    sign(bundle: Digest): Promise<void>;
  };
}

/**
 * Which bundle a version is, and what it measured, is a fact of this installation's database. MLflow shows it, signed,
 * to those who work there; what is changed there is believed only where a run of this installation, or its signature,
 * says the same.
 */
export class MirroredModelRegistry implements ModelRegistry {
  readonly #resources: Resources;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  async register(...[given]: Parameters<ModelRegistry['register']>): Promise<ModelVersion> {
    const { mirror, versions } = this.#resources;
    const { trackingRun: _, ...model } = given;
    await this.#resources.bundles?.require(model.bundle, { files: model.run === null });
    const registered = await mirror.register(given);
    const known = await versions.get(registered.name, registered.version);
    if (known) {
      if (known.bundle === model.bundle) return known;
      throw otherVersion(known);
    }
    const adopted = registered.run === model.run ? undefined : await this.#adopted(registered, undefined);
    if (adopted && adopted !== 'unfinished') return adopted;
    return this.#keep({ ...registered, ...model });
  }

  async get(name: string, version: number): Promise<ModelVersion> {
    const { mirror, versions } = this.#resources;
    const known = await versions.get(name, version);
    if (known) return known;
    const found = await mirror.get(name, version);
    const shown = (await mirror.shown(name)).versions.find((one) => one.version === version);
    const adopted = await this.#adopted(found, shown?.signature);
    if (adopted && adopted !== 'unfinished') return adopted;
    throw new UserError({
      kind: 'conflict',
      code: 'model_not_ours',
      message: `MLflow shows ${modelReference(found)}, but no run of this installation made it`,
      action: 'Register it here, or take its tags visavox.* away in MLflow.',
    });
  }

  async list(name?: string): Promise<readonly ModelVersion[]> {
    const names = name === undefined ? await this.names() : [name];
    return (await Promise.all(names.map((one) => this.inspect(one)))).flatMap(({ versions }) => versions);
  }

  /** Of all models, in alphabetical order. */
  async names(): Promise<readonly string[]> {
    const { mirror, versions } = this.#resources;
    const shown = await mirror.list().catch((error: unknown) => {
      if (!(error instanceof UserError) || error.kind !== 'unavailable') throw error;
      return [];
    });
    const names = [...(await versions.list()), ...shown].map(({ name }) => name);
    return [...new Set(names)].sort((a, b) => a.localeCompare(b));
  }

  setAlias(...[name, alias, version]: Parameters<ModelRegistry['setAlias']>): Promise<void> {
    return this.#resources.mirror.setAlias(name, alias, version);
  }

  /** The versions of a model, and what MLflow shows otherwise. */
  async inspect(name: string): Promise<InspectedModel> {
    const { versions, mirror } = this.#resources;
    let shown: ShownModel;
    try {
      shown = await mirror.shown(name);
    } catch (error) {
      if (!(error instanceof UserError) || error.kind !== 'unavailable') throw error;
      return { versions: await versions.list(name), differences: [], aliases: undefined };
    }
    const ours = new Map((await versions.list(name)).map((model) => [model.version, model]));
    const differences: RegistryDifference[] = [];
    for (const one of shown.versions) {
      const known = ours.get(one.version);
      if (known) differences.push(...(await this.#compared(known, one)));
      else if (one.model) {
        const adopted = await this.#adopted(one.model, one.signature);
        if (adopted === undefined)
          differences.push({ version: one.version, difference: 'no run of this installation made it' });
        else if (adopted !== 'unfinished') ours.set(one.version, adopted);
      }
    }
    for (const { version } of ours.values())
      if (!shown.versions.some((one) => one.version === version))
        differences.push({ version, difference: 'MLflow does not have it any more' });
    const all = [...ours.values()].sort((a, b) => b.version - a.version);
    return { versions: all, differences, aliases: shown.aliases };
  }

  async #compared(known: ModelVersion, { model, signature, version }: ShownVersion) {
    const differences = differencesOf(known, model).map((difference) => ({ version, difference }));
    // Registered before there were signatures, or signed by nobody who has the key; what it says is right.
    if (differences.length === 0 && !this.#resources.signatures.fits(known, signature))
      await this.#sign(known);
    return differences;
  }

  async #adopted(
    model: ModelVersion,
    signature: string | undefined,
  ): Promise<ModelVersion | 'unfinished' | undefined> {
    const { signatures, versions, registeredByRun } = this.#resources;
    if (signatures.fits(model, signature)) {
      await versions.save(model);
      return model;
    }
    const written = await registeredByRun(model);
    return typeof written === 'object' ? this.#keep(written) : written;
  }

  async #keep(model: ModelVersion): Promise<ModelVersion> {
    await this.#resources.bundles?.sign(model.bundle);
    await this.#resources.versions.save(model);
    await this.#sign(model);
    return model;
  }

  async #sign(model: ModelVersion): Promise<void> {
    const { mirror, signatures } = this.#resources;
    try {
      await mirror.sign(model, signatures.of(model));
    } catch (error) {
      // It is signed when it is looked at the next time.
      if (!(error instanceof UserError) || error.kind !== 'unavailable') throw error;
    }
  }
}

function differencesOf(known: ModelVersion, shown: ModelVersion | undefined): string[] {
  if (!shown) return ['MLflow does not say which bundle it is'];
  const differences: string[] = [];
  if (shown.bundle !== known.bundle)
    differences.push(
      `MLflow says that it is bundle ${shortDigest(shown.bundle)}; it is ${shortDigest(known.bundle)}`,
    );
  if (shown.run !== known.run)
    differences.push(`MLflow says that run ${shown.run} made it; ${known.run ?? 'no run'} did`);
  if (canonicalJson(shown.metrics) !== canonicalJson(known.metrics))
    differences.push('MLflow shows other metrics than were measured');
  return differences;
}

function otherVersion(known: ModelVersion): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'registry_not_ours',
    message: `MLflow registered another bundle as ${modelReference(known)}, which is bundle ${shortDigest(known.bundle)} here`,
    action:
      'Use an MLflow of its own for each installation, or restore the one that belongs to this database.',
  });
}
