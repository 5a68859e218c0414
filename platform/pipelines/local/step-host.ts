import { existsSync, realpathSync } from 'node:fs';
import { appendFile, readdir, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';
import type { DeclaredEnvironment } from '../environments/declaration.ts';
import type { Lock, ResolvedEnvironment } from '../environments/environments.ts';
import { Environments } from '../environments/environments.ts';
import { pipPrelude } from '../environments/pip-prelude.ts';
import { layPython } from '../environments/python-layer.ts';
import type { PipelineSpec } from '../ir.ts';
import { withTexts } from '../parameters.ts';
import type { ReadyTask } from '../plan.ts';
import { withInputs } from '../plan-inputs.ts';
import type { Access } from '../step-extras.ts';
import { type StepSettings, stepSettings } from '../step-settings.ts';
import { findIsolation, type Isolation } from './isolation.ts';
import { replaceModules } from './node-modules.ts';

/** What this machine and this installation have for steps. */
export interface StepHostOptions {
  /** Where environments are kept. */
  readonly environments: string;
  /** Where it is written down what steps are kept from. */
  readonly walls: string;
  /** What the programs are given that make environments. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** What those steps are given that declare access. */
  readonly access?: Readonly<Partial<Record<keyof Access, Readonly<Record<string, string>>>>> | undefined;
  /** The value of a key of a secret; undefined where there is none. */
  readonly secret?: ((secret: string, key: string) => Promise<string | undefined>) | undefined;
  /** Files and folders that no step is to read, as far as the machine can keep them from it. */
  readonly hidden?: readonly string[] | undefined;
  readonly gpus?: number | undefined;
  /** As much as the machine allows, unless given. */
  readonly isolation?: Isolation | undefined;
}

/** A task with all that is known about where it runs. */
export interface PreparedStep {
  readonly settings: StepSettings;
  /** Its words, without what its environment has done already. */
  readonly command: readonly string[];
  readonly environment: ResolvedEnvironment | null;
}

/** Makes the surroundings of steps: packages, secrets, access, walls. */
export class StepHost {
  readonly isolation: Promise<Isolation>;
  readonly #options: StepHostOptions;
  readonly #environments: Environments;

  constructor(options: StepHostOptions) {
    this.#options = options;
    this.isolation = options.isolation ? Promise.resolve(options.isolation) : findIsolation();
    this.#environments = new Environments({
      folder: options.environments,
      environment: options.toolEnvironment,
      wall: async (command) =>
        (await this.isolation).wrap(command, {
          hidden: options.hidden ?? [],
          readOnly: [],
          walls: options.walls,
        }),
    });
  }

  /** Throws a UserError for what no step of this pipeline could ever be given here. */
  async requireRunnable(spec: PipelineSpec): Promise<void> {
    const gpus = await this.#gpus();
    for (const [label, { container }] of Object.entries(spec.deploymentSpec.executors)) {
      if (!container) continue;
      const settings = settingsOf(spec, label);
      requireGpus(label, settings, gpus);
      await this.#secrets(label, settings);
      this.#access(label, settings);
    }
  }

  /** Throws where the environment that the task declares does not exist; `log` hears what the resolver says. */
  async prepare(
    { component, executor, name, carried }: Pick<ReadyTask, 'component' | 'executor' | 'name' | 'carried'>,
    spec: PipelineSpec,
    {
      project,
      ...given
    }: {
      /** Calls `use` with a folder that has the files of the run's code. */
      project: <Result>(use: (folder: string) => Promise<Result>) => Promise<Result>;
      anew: boolean;
      kept: Lock | undefined;
      log: (text: string) => Promise<void>;
    },
  ): Promise<PreparedStep> {
    const { container = {} } = executor;
    const label = component.executorLabel ?? name;
    const settings = settingsOf(spec, label, carried);
    // A number of GPUs that is a parameter of the pipeline is known only now.
    requireGpus(label, settings, await this.#gpus());
    const words = container.command ?? [];
    const prelude = settings.environment ? undefined : pipPrelude(words);
    const declared = settings.environment ?? (prelude && { installs: prelude.installs });
    const resolve = (resolved: DeclaredEnvironment) =>
      project((folder) => this.#environments.resolve(resolved, { project: folder, ...given }));
    return {
      settings,
      command: [...(prelude?.command ?? words), ...(container.args ?? [])],
      environment: declared ? await resolve(declared) : null,
    };
  }

  /** What the attempt's process is started with. Makes the environment where it is not there yet. */
  async surround(
    label: string,
    { settings, environment }: PreparedStep,
    { folder, code, logFile, path }: { folder: string; code: string; logFile: string; path: string },
  ): Promise<Readonly<Record<string, string>>> {
    const log = (text: string) => appendFile(logFile, text, { mode: 0o600 });
    const below =
      environment?.language === 'python'
        ? await this.#environments.providePython(environment, log)
        : await this.#environments.interpreter();
    const modules =
      environment?.language === 'node' &&
      (await replaceModules(
        await this.#environments.provideNode(environment, log),
        join(code, environment.lock.folder),
      ));
    const layer = below && layPython(below, join(folder, 'python'));
    const programs = [...(modules ? [join(modules, '.bin')] : []), ...(layer ? [layer.path] : [])];
    return {
      PATH: [...programs, path].join(delimiter),
      ...(layer && { VIRTUAL_ENV: join(folder, 'python') }),
      ...this.#access(label, settings),
      ...(await this.#secrets(label, settings)),
    };
  }

  /** The command behind the walls that this machine can put up. */
  async wall(command: readonly string[]): Promise<readonly string[]> {
    const isolation = await this.isolation;
    return isolation.wrap(command, {
      hidden: this.#options.hidden ?? [],
      readOnly: [this.#options.environments],
      walls: this.#options.walls,
    });
  }

  /**
   * Where a path leads that a step gave, links followed: the engine reads more than a step does, and must not read it on a
   * step's behalf. Throws a UserError `path_hidden`.
   */
  async visible(path: string): Promise<string> {
    const real = await realpath(path);
    for (const hidden of this.#options.hidden ?? []) {
      const place = existsSync(hidden) ? realpathSync.native(hidden) : hidden;
      if (real === place || real.startsWith(`${place}/`)) throw pathHidden(path);
    }
    return real;
  }

  /** A text that a step wrote, for people: without the values of the secrets that the pipeline's components name. */
  async mask(spec: PipelineSpec, text: string): Promise<string> {
    let masked = text;
    for (const label of Object.keys(spec.deploymentSpec.executors)) {
      const { secrets } = settingsOf(spec, label);
      for (const { secret, key } of secrets) {
        const value = (await this.#options.secret?.(secret, key))?.trim();
        if (value) masked = masked.replaceAll(value, '***');
      }
    }
    return masked;
  }

  async #gpus(): Promise<number> {
    return this.#options.gpus ?? (await gpusHere());
  }

  #access(label: string, { access }: StepSettings): Record<string, string> {
    const granted: Record<string, string> = {};
    for (const kind of ['objects', 'tracking'] as const) {
      if (!access[kind]) continue;
      const given = this.#options.access?.[kind];
      if (!given) throw accessMissing(label, kind);
      Object.assign(granted, given);
    }
    return granted;
  }

  async #secrets(label: string, { secrets }: StepSettings): Promise<Record<string, string>> {
    const values: Record<string, string> = {};
    for (const { variable, secret, key, optional } of secrets) {
      const value = await this.#options.secret?.(secret, key);
      if (value !== undefined) values[variable] = value;
      else if (!optional) throw secretMissing(label, secret, key);
    }
    return values;
  }
}

/** `values`: what the settings of a task may name; nothing of it is known before the run. */
function settingsOf(
  spec: PipelineSpec,
  label: string,
  values: Readonly<Record<string, Parameter>> = {},
): StepSettings {
  const filled = <Settings extends Record<string, unknown>>(settings: Settings): Settings =>
    withTexts(settings, (text) => withInputs(text, values)) as Settings;
  const { resources, ...container } = spec.deploymentSpec.executors[label]?.container ?? {};
  return stepSettings(label, {
    container: { ...container, ...(resources && { resources: filled(resources) }) },
    kubernetes: filled(spec.platforms?.kubernetes?.deploymentSpec?.executors?.[label] ?? {}),
    extras: spec.platforms?.visavox?.deploymentSpec.executors[label] ?? {},
  });
}

async function gpusHere(): Promise<number> {
  const entries = await readdir('/dev').catch(() => []);
  return entries.filter((name) => /^nvidia\d+$/.test(name)).length;
}

function requireGpus(label: string, { gpus: wanted }: StepSettings, there: number): void {
  if (wanted > there) throw gpuMissing(label, wanted, there);
}

function gpuMissing(label: string, wanted: number, there: number): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'gpu_missing',
    message: `The executor ${label} asks for ${wanted} GPUs, and this machine has ${there === 0 ? 'none' : there}.`,
    action: 'Ask for fewer in the component, or run it on Kubeflow with --on kubeflow.',
  });
}

function secretMissing(label: string, secret: string, key: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'secret_missing',
    message: `The executor ${label} names the key ${key} of the secret ${secret}, which this installation does not have.`,
    action: `Put the value into the file steps/${secret}/${key} in the folder of secrets, readable by its owner alone.`,
  });
}

function pathHidden(path: string): UserError {
  return new UserError({
    kind: 'forbidden',
    code: 'path_hidden',
    message: `${path} is, or leads to, something of the installation that no step is to read.`,
    action: 'Name a file of the task itself, or of the project.',
  });
}

function accessMissing(label: string, kind: string): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'access_missing',
    message: `The executor ${label} asks for access to ${kind}, which this installation gives to no step.`,
    action: 'Take "access" out of the component, and hand over what it needs as inputs and outputs.',
  });
}
