import { existsSync, realpathSync } from 'node:fs';
import { appendFile, mkdir, readdir, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '@visavox/core/errors';
import type { DeclaredEnvironment } from '../environments/declaration.ts';
import type { Lock, ResolvedEnvironment } from '../environments/environments.ts';
import { Environments } from '../environments/environments.ts';
import { pipPrelude } from '../environments/pip-prelude.ts';
import { layPython } from '../environments/python-layer.ts';
import type { PipelineSpec } from '../ir.ts';
import { type KubernetesSettings, kubernetesSettings } from '../kubernetes-names.ts';
import { unsupported } from '../kubernetes-settings.ts';
import { withTexts } from '../parameters.ts';
import { at } from '../place.ts';
import type { ReadyTask } from '../plan.ts';
import { withInputs } from '../plan-inputs.ts';
import type { Access } from '../step-extras.ts';
import { placeOfResources, type StepSettings, stepSettings } from '../step-settings.ts';
import { claimTask } from './claim-tasks.ts';
import { withShellOf } from './image-shell.ts';
import { type Buckets, requireImports } from './import-artifact.ts';
import { findIsolation, type Isolation, type Mounts } from './isolation.ts';
import { replaceModules } from './node-modules.ts';
import { requireCommands, requirePipelineConfig } from './runnable.ts';
import { filesFrom, secretTexts, type ValueSources, variablesFrom, writeFiles } from './step-values.ts';
import { Volumes } from './volumes.ts';

/** What this machine and this installation have for steps. */
export interface StepHostOptions extends ValueSources {
  /** Where environments are kept. */
  readonly environments: string;
  /** Where it is written down what steps are kept from. */
  readonly walls: string;
  /** Where a command's program may be, as a PATH. */
  readonly programs: string;
  /** What the programs are given that make environments. */
  readonly toolEnvironment: Readonly<Record<string, string>>;
  /** What those steps are given that declare access. */
  readonly access?: Readonly<Partial<Record<keyof Access, Readonly<Record<string, string>>>>> | undefined;
  /** Where the folders are that stand for volume claims. */
  readonly volumes: string;
  /** Files and folders that no step is to read, as far as the machine can keep them from it. */
  readonly hidden?: readonly string[] | undefined;
  readonly gpus?: number | undefined;
  /** Where importers find what they name by `s3://`. */
  readonly buckets?: Buckets | undefined;
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

/** What the attempt of a step is started with. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: Mounts | undefined;
}

type RunKnown = Pick<ReadyTask, 'component' | 'kubernetes'>;

/** Makes the surroundings of steps: packages, secrets, access, walls. */
export class StepHost {
  readonly isolation: Promise<Isolation>;
  readonly #options: StepHostOptions;
  readonly #environments: Environments;
  readonly volumes: Volumes;
  readonly buckets: Buckets | undefined;

  constructor(options: StepHostOptions) {
    this.#options = options;
    this.volumes = new Volumes(options.volumes);
    this.buckets = options.buckets;
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

  /** Throws a UserError for what no step of this pipeline could ever be given here; `ready` are those that start at once. */
  async requireRunnable(spec: PipelineSpec, ready: readonly ReadyTask[]): Promise<void> {
    requirePipelineConfig(spec);
    await requireCommands(spec, this.#options.programs);
    requireImports(spec, ready, this.#options.buckets);
    const gpus = await this.#gpus();
    const executors = Object.entries(spec.deploymentSpec.executors);
    const makesClaims = executors.some(([, { container }]) => claimTask(container) !== undefined);
    const known = new Map(ready.map((task) => [task.component.executorLabel, task]));
    for (const [label, { container }] of executors) {
      if (!container) continue;
      const settings = settingsOf(spec, label, known.get(label));
      requireGpus(label, settings, gpus);
      await variablesFrom(this.#options, label, settings.variables);
      await this.#requireMounts(label, settings, makesClaims);
      this.#access(label, settings);
    }
  }

  async #requireMounts(label: string, { mounts }: StepSettings, makesClaims: boolean): Promise<void> {
    const [first] = mounts;
    if (first && !(await (await this.isolation).canMount()))
      throw unsupported(label, first.setting, 'this machine lets nobody mount folders for a step alone');
    for (const mount of mounts)
      if (mount.kind === 'secret' || mount.kind === 'configMap') await filesFrom(this.#options, label, mount);
      else if (mount.kind === 'claim' && mount.name !== undefined && !makesClaims)
        await this.volumes.open(label, mount.name);
  }

  /** Throws where the environment that the task declares does not exist; `log` hears what the resolver says. */
  async prepare(
    { component, executor, name, carried, kubernetes }: Omit<ReadyTask, 'kind' | 'task' | 'inputs'>,
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
    const settings = settingsOf(spec, label, { carried, kubernetes });
    // A number of GPUs that is a parameter of the pipeline is known only now.
    requireGpus(label, settings, await this.#gpus());
    const words = container.command ?? [];
    const prelude = settings.environment ? undefined : pipPrelude(words);
    const declared = settings.environment ?? (prelude && { installs: prelude.installs });
    const resolve = (resolved: DeclaredEnvironment) =>
      project((folder) => this.#environments.resolve(resolved, { project: folder, ...given }));
    const path = this.#options.toolEnvironment.PATH ?? '';
    return {
      settings,
      command: await withShellOf(
        container.image,
        [...(prelude?.command ?? words), ...(container.args ?? [])],
        path,
      ),
      environment: declared ? await resolve(declared) : null,
    };
  }

  /** What the attempt's process is started with. Makes the environment where it is not there yet. */
  async surround(
    label: string,
    { settings, environment }: PreparedStep,
    { folder, code, logFile, path }: { folder: string; code: string; logFile: string; path: string },
  ): Promise<Surroundings> {
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
      environment: {
        PATH: [...programs, path].join(delimiter),
        ...(layer && { VIRTUAL_ENV: join(folder, 'python') }),
        ...this.#access(label, settings),
        ...settings.fields,
        ...(await variablesFrom(this.#options, label, settings.variables)),
      },
      mounts: await this.#mounts(label, settings.mounts, join(folder, 'mounts')),
    };
  }

  /** Makes the folders that a step finds at paths of its own, those that are its alone below `folder`. */
  async #mounts(label: string, mounts: StepSettings['mounts'], folder: string): Promise<Mounts | undefined> {
    if (mounts.length === 0) return undefined;
    const stage = join(folder, 'stage');
    await mkdir(stage, { recursive: true, mode: 0o700 });
    const folders = await Promise.all(
      mounts.map(async (mount, index) => {
        const to = mount.path.replace(/\/+$/, '');
        const own = join(folder, String(index));
        if (mount.kind === 'claim')
          return {
            from: await this.volumes.open(label, mount.name ?? '', mount.subPath),
            to,
            readOnly: false,
          };
        const files = mount.kind === 'empty' ? new Map() : await filesFrom(this.#options, label, mount);
        await writeFiles(own, files);
        return { from: own, to, readOnly: mount.kind !== 'empty' };
      }),
    );
    return { stage, folders };
  }

  /** The command behind the walls that this machine can put up. */
  async wall(command: readonly string[], mounts?: Mounts): Promise<readonly string[]> {
    const isolation = await this.isolation;
    return isolation.wrap(command, {
      mounts,
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

  /**
   * A text that a step wrote, for people: without the values of the secrets that the pipeline's components name, and
   * that `tasks` name in the run.
   */
  async mask(spec: PipelineSpec, text: string, tasks: readonly RunKnown[] = []): Promise<string> {
    const settings = [
      ...Object.keys(spec.deploymentSpec.executors).map((label) => settingsOf(spec, label)),
      ...tasks.map(({ component, kubernetes }) =>
        settingsOf(spec, component.executorLabel ?? '', { kubernetes }),
      ),
    ];
    let masked = text;
    for (const one of settings)
      for (const value of await secretTexts(this.#options, one)) masked = masked.replaceAll(value, '***');
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
}

/** What the settings of a task may name, and those with names that its run gave; nothing of it is known before. */
function settingsOf(
  spec: PipelineSpec,
  label: string,
  {
    carried = {},
    kubernetes = kubernetesSettings(spec, label),
  }: Partial<Pick<ReadyTask, 'carried'>> & { readonly kubernetes?: KubernetesSettings | undefined } = {},
): StepSettings {
  const filled = <Settings extends Record<string, unknown>>(settings: Settings): Settings =>
    withTexts(settings, (text) => withInputs(text, carried)) as Settings;
  const { resources, ...container } = spec.deploymentSpec.executors[label]?.container ?? {};
  return stepSettings(label, {
    container: { ...container, ...(resources && { resources: filled(resources) }) },
    kubernetes: filled(kubernetes),
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
  const error = new UserError({
    kind: 'invalid',
    code: 'gpu_missing',
    message: `The executor ${label} asks for ${wanted} ${wanted === 1 ? 'GPU' : 'GPUs'}, and this machine has ${there === 0 ? 'none' : there}.`,
    action: 'Ask for fewer in the component, or run it on Kubeflow with --on kubeflow.',
  });
  return at(placeOfResources(label), error);
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
