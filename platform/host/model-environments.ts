import { userInfo } from 'node:os';
import type { EnvironmentsPort } from '@visavox/api/resources';
import {
  type EnvironmentSettings,
  type NotHonoured,
  type ServingSettings,
  type SettingsVersion,
  servingPart,
} from '@visavox/core/environment-settings';
import { SystemError } from '@visavox/core/errors';
import { ProductionTestPlan } from '@visavox/core/experiment';
import type { EnvironmentSettingsStore, ReleaseTarget } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { LoadedModel } from './load-project.ts';
import type { EnvironmentDeclaration } from './project.ts';
import { missingOf, notHonouredHere, secretMissing } from './this-machine.ts';

interface Resources {
  readonly store: EnvironmentSettingsStore;
  readonly models: readonly LoadedModel[];
  readonly secrets: ModelSecrets;
  /** Whether servers are processes of this machine. */
  readonly onThisMachine: boolean;
  /** Told what one machine does not give, once for each environment. */
  readonly warn: (event: string, details: Record<string, unknown>) => void;
}

/** Which of the secrets that settings name there are. */
export interface ModelSecrets {
  readonly where: Parameters<typeof secretMissing>[1];
  /** Null: this process cannot look. */
  has(): Promise<((name: string) => boolean) | null>;
}

/** What the project declares of each environment of its models, as versions that releases go out with. */
export class ModelEnvironments implements EnvironmentsPort {
  readonly #resources: Resources;
  /** As they are declared now, by environment and model. */
  readonly #current: ReadonlyMap<string, SettingsVersion>;
  /** What never changes, by environment, model and digest. */
  readonly #known = new Map<string, SettingsVersion>();

  private constructor(resources: Resources, current: ReadonlyMap<string, SettingsVersion>) {
    this.#resources = resources;
    this.#current = current;
  }

  /** Writes down what is declared, where it is new. */
  static async open(resources: Resources): Promise<ModelEnvironments> {
    const { store, models, warn, onThisMachine } = resources;
    const current = new Map<string, SettingsVersion>();
    for (const { name: model, environments, rules } of models)
      for (const environment of environments) {
        const settings = settingsOf(rules.get(environment) ?? {});
        const version = await store.record({ model, environment, settings, by: whoStarted() });
        current.set(keyOf(model, environment), version);
        const said = onThisMachine
          ? notHonouredHere(settings).map((one) => `${one.setting}: ${one.said}`)
          : [];
        if (said.length > 0)
          warn('settings of an environment that one machine does not give', { model, environment, said });
      }
    return new ModelEnvironments(resources, current);
  }

  current(model: string, environment: string): SettingsVersion | undefined {
    return this.#current.get(keyOf(model, environment));
  }

  versions(model: string, environment: string): Promise<readonly SettingsVersion[]> {
    return this.#resources.store.list(model, environment);
  }

  async missingSecrets(settings: ServingSettings): Promise<readonly string[] | null> {
    if (Object.keys(settings.secrets ?? {}).length === 0) return [];
    const has = await this.#resources.secrets.has();
    return has && missingOf(settings, has);
  }

  notHonoured(settings: ServingSettings): readonly NotHonoured[] {
    return this.#resources.onThisMachine ? notHonouredHere(settings) : [];
  }

  /** What a release is served with: what was declared when it went out, whatever is declared by now. */
  async servedWith(release: Release): Promise<ServingSettings | undefined> {
    const { model, environment, settings } = release;
    if (settings === undefined) return undefined;
    const version = await this.versionOf(release);
    if (version) return servingPart(version.settings);
    throw new SystemError(`no settings ${settings} of ${model} in ${environment} were written down`);
  }

  async versionOf({ model, environment, settings }: Release): Promise<SettingsVersion | undefined> {
    if (settings === undefined) return undefined;
    const key = `${keyOf(model, environment)} ${settings}`;
    const found =
      this.#known.get(key) ??
      (await this.versions(model, environment)).find(({ digest }) => digest === settings);
    if (found) this.#known.set(key, found);
    return found;
  }

  /** A target that brings nothing up whose secrets are not there. */
  requiringSecrets(target: ReleaseTarget): ReleaseTarget {
    return {
      prepare: async (release) => {
        const missing = await this.missingSecrets((await this.servedWith(release)) ?? {});
        if (missing && missing.length > 0) throw secretMissing(missing, this.#resources.secrets.where);
        await target.prepare(release);
      },
      activate: (release) => target.activate(release),
      retire: (release) => target.retire(release),
    };
  }
}

const keyOf = (model: string, environment: string) => `${environment} ${model}`;

/** As it is written down: without what was left out, however it was said. */
export function settingsOf({
  replicas,
  resources,
  variables,
  secrets,
  after,
  accept,
  acceptWithinSeconds,
  approval,
  experiment,
  logRequests,
}: Omit<EnvironmentDeclaration, 'name'>): EnvironmentSettings {
  const byVariable = isList(secrets) ? Object.fromEntries(secrets.map((name) => [name, name])) : secrets;
  return {
    ...servingPart({
      ...(replicas && { replicas: { ...replicas } }),
      ...(resources && { resources: { ...resources } }),
      ...(variables && { variables: { ...variables } }),
      ...(byVariable && { secrets: { ...byVariable } }),
    }),
    policies: {
      ...(after !== undefined && { after }),
      ...(accept && { accept: [...accept] }),
      ...(acceptWithinSeconds !== undefined && { acceptWithinSeconds }),
      ...(approval && { approval }),
      ...(experiment && { experiment: ProductionTestPlan.parse(experiment) }),
      ...(logRequests && {
        logRequests: {
          sample: logRequests.sample,
          ...(logRequests.mask && { mask: [...logRequests.mask] }),
        },
      }),
    },
  };
}

function isList(secrets: EnvironmentDeclaration['secrets']): secrets is readonly string[] {
  return Array.isArray(secrets);
}

/** Whoever starts a server is who changed what it declares, as far as anybody can tell. */
function whoStarted(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container, a user may have a number alone.
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
