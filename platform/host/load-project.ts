import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RecurringPipeline } from '@visavox/control/recurring-pipelines';
import { checkTriggers, type Trigger } from '@visavox/control/trigger';
import { messageOf } from '@visavox/core/errors';
import { type LineageKind, orderKinds } from '@visavox/core/lineage-kinds';
import { compile } from '@visavox/pipelines/compile';
import { compilePython } from '@visavox/pipelines/compile-python';
import { resolveParameters } from '@visavox/pipelines/parameters';
import { parsePipelineSpec, readPipelineSpec } from '@visavox/pipelines/read-ir';
import type { Application } from './application.ts';
import { checkDeclaration, checkModel, invalidProject } from './check-project.ts';
import { countedItems, datasetParameter } from './dataset-training.ts';
import type { StepsOfProject } from './engine-resources.ts';
import type { ProjectFacts } from './platform.ts';
import { pluginFailed } from './plugin-fault.ts';
import type { EnvironmentDeclaration, ModelDeclaration, ProjectDeclaration } from './project.ts';
import type { Environment, PlatformSettings } from './settings.ts';

export interface LoadedModel extends Omit<ModelDeclaration, 'environments'> {
  readonly name: string;
  readonly environments: readonly string[];
  /** What a release has to pass to come to each. */
  readonly rules: ReadonlyMap<string, Omit<EnvironmentDeclaration, 'name'>>;
  readonly pipelineSpec: unknown;
  /** The project's, which stand in the place of the model's own. */
  readonly projectTriggers: readonly Trigger[] | undefined;
}

/** A declaration that was checked, with all its modules loaded. Nothing is open yet. */
export interface LoadedProject extends ProjectFacts, StepsOfProject {
  readonly declaration: ProjectDeclaration;
  readonly models: readonly LoadedModel[];
  readonly pipelines: readonly RecurringPipeline[];
  readonly lineageKinds: readonly LineageKind[];
  readonly routes: Awaited<ReturnType<NonNullable<ProjectDeclaration['routes']>>>['default'] | undefined;
  readonly application: Application | undefined;
}

const defaultEnvironments: NonNullable<ModelDeclaration['environments']> = ['production'];

/**
 * Checks what a project declares and loads its modules, before anything is opened. Throws `config_invalid`, or
 * `plugin_failed` where a module of the project throws.
 */
export async function loadProject(
  given: ProjectDeclaration,
  { root, environment, settings }: { root: string; environment: Environment; settings: PlatformSettings },
): Promise<LoadedProject> {
  const declaration = checkDeclaration(given);
  requireFiles(declaration, root);
  const lineageKinds = orderKinds(declaration.lineage ?? []);
  const models = await loadModels(declaration, { root, environment });
  const pipelines = await loadPipelines(declaration, { root, environment });
  const steps = await load('steps', declaration.steps);
  const routes = await load('routes', declaration.routes);
  const application = await load('application', declaration.application);
  return {
    ...{ root, declaration, models, pipelines, lineageKinds, name: declaration.name },
    ...{ code: declaration.code, locks: declaration.locks },
    environments: [...new Set(models.flatMap((model) => model.environments))],
    stepSurroundings: steps?.stepSurroundings,
    routes: routes?.default,
    application: application?.application(environment, settings),
  };
}

function requireFiles(
  { pages, code = [], locks = [], datasets = {} }: ProjectDeclaration,
  root: string,
): void {
  const named = [
    ...Object.entries(datasets).flatMap(([name, { rules }]) =>
      rules === undefined ? [] : [[`datasets.${name}.rules`, rules] as const],
    ),
    ...(pages === undefined ? [] : [['pages', join(pages, 'index.html')] as const]),
    ...code.map((path) => ['code', path] as const),
    ...locks.map((path) => ['locks', path] as const),
  ];
  const missing = named.find(([, path]) => !existsSync(join(root, path)));
  if (missing) throw invalidProject(`"${missing[0]}" names ${missing[1]}, which is not in ${root}`);
}

async function loadModels(
  { models = {}, triggers = {} }: ProjectDeclaration,
  surroundings: Surroundings,
): Promise<LoadedModel[]> {
  return Promise.all(
    Object.entries(models).map(async ([name, declared]) => {
      const module = typeof declared === 'function' ? await load(`models.${name}`, declared) : undefined;
      const model = checkModel(name, module ? module.default : declared);
      const known = triggers[name] ?? model.triggers;
      // Those that depend on settings are checked when the platform is open.
      const counts = model.subject ? (model.counts ?? []) : [countedItems];
      if (typeof known === 'object') checkTriggers(known, { model: name, counts });
      return {
        ...model,
        ...{ name, counts },
        ...environmentsOf(model),
        pipelineSpec: await usable(`of the model "${name}"`, async () => {
          const spec = await compiled(model.pipeline, surroundings);
          if (!model.subject) datasetParameter(spec);
          return spec;
        }),
        projectTriggers: triggers[name],
      };
    }),
  );
}

async function loadPipelines(
  { pipelines = {} }: ProjectDeclaration,
  surroundings: Surroundings,
): Promise<RecurringPipeline[]> {
  return Promise.all(
    Object.entries(pipelines).map(
      async ([name, { pipeline, parameters = {}, triggers = [], useCache = false }]) => {
        checkTriggers(triggers, { model: name, counts: [] });
        const pipelineSpec = await usable(`"${name}"`, async () => {
          const spec = await compiled(pipeline, surroundings);
          // A dataset by its name is of no other type than the version that it is by then.
          resolveParameters(parsePipelineSpec(spec), parameters);
          return spec;
        });
        return { name, pipelineSpec, parameters, triggers, useCache };
      },
    ),
  );
}

function environmentsOf({ environments = defaultEnvironments }: ModelDeclaration) {
  const all = environments.map((one) => (typeof one === 'string' ? { name: one } : one));
  return {
    environments: all.map(({ name }) => name),
    rules: new Map(all.map(({ name, ...rules }) => [name, rules])),
  };
}

interface Surroundings {
  readonly root: string;
  readonly environment: Environment;
}

/** Throws `config_invalid` with what is wrong with a pipeline. */
async function usable<T>(whose: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw invalidProject(`the pipeline ${whose} cannot be used: ${messageOf(cause)}`, cause);
  }
}

async function compiled(
  pipeline: ModelDeclaration['pipeline'],
  surroundings: Surroundings,
): Promise<unknown> {
  return typeof pipeline === 'string' ? compiledFile(pipeline, surroundings) : compile(pipeline);
}

async function compiledFile(name: string, { root, environment }: Surroundings): Promise<unknown> {
  const file = resolve(root, name);
  if (!name.endsWith('.py')) return readPipelineSpec(await readFile(file, 'utf8'));
  // What it prints is its own; what is wrong with it is in the error.
  const log = () => {};
  return readPipelineSpec(await compilePython(file, { project: root, environment, log }));
}

/** A module of the project, which may do anything when it is loaded. */
async function load<T>(place: string, module: (() => Promise<T>) | undefined): Promise<T | undefined> {
  if (!module) return undefined;
  try {
    return await module();
  } catch (cause) {
    throw pluginFailed(place, cause);
  }
}
