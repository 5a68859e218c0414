import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type Digest, digestOf, digestOfJson } from '@visavox/core/digest';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { Engines, type OpenEngine } from '@visavox/pipelines/engines';
import { LocalEngine } from '@visavox/pipelines/local/engine';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import type { EngineResources, StepSurroundings, StepsOfProject } from './engine-resources.ts';
import { pluginFailed } from './plugin-fault.ts';
import type { EngineFactory } from './project.ts';
import { invalidSetting, type PlatformSettings } from './settings.ts';

/** The engines that are configured, with each run tracked in MLflow and each task given what a step needs. */
export async function createEngine(
  resources: EngineResources,
  factories: Readonly<Record<string, EngineFactory>> = {},
): Promise<Engines> {
  const { project, settings, runs } = resources;
  const shared = { code: await codeDigest(project), hooks: trackedRuns(resources) };
  const engines: Record<string, OpenEngine> = { local: await openLocalEngine(resources, shared) };
  if (settings.kubeflow) {
    // Its libraries (S3, Kubernetes, gRPC) are loaded only where they are used.
    const { createKubeflowEngine } = await import('./kubeflow.ts');
    engines.kubeflow = createKubeflowEngine(settings.kubeflow, resources, shared);
  }
  for (const [name, open] of Object.entries(factories))
    engines[name] = await open(resources).catch((cause: unknown) => {
      throw pluginFailed(`engines.${name}`, cause);
    });
  return new Engines(engines, { preferred: settings.engine, runs });
}

/** Throws `setting_invalid` where pipelines are to run on an engine that is not there. `factories`: those of the project. */
export function requireEngine(
  settings: Pick<PlatformSettings, 'engine' | 'kubeflow'>,
  factories: Readonly<Record<string, EngineFactory>> = {},
): void {
  const there = ['local', ...(settings.kubeflow ? ['kubeflow'] : []), ...Object.keys(factories)];
  if (there.includes(settings.engine)) return;
  throw invalidSetting('VISAVOX_ENGINE', `there is no engine "${settings.engine}", but ${there.join(', ')}`);
}

async function openLocalEngine(
  { project, settings, trackingUrl, runs, objects, log }: EngineResources,
  shared: { readonly code: Digest; readonly hooks: RunHooks },
): Promise<LocalEngine> {
  const { root } = project;
  const surroundings = (project.stepSurroundings ?? plainSurroundings)({ root, setup: settings.setup });
  return LocalEngine.open({
    ...{ runs, objects, ...shared },
    folder: join(settings.home, 'runs'),
    environmentDigest: await environmentDigest(project),
    workingDirectory: root,
    path: surroundings.path,
    environment: {
      ...settings.stepEnvironment,
      ...surroundings.environment,
      MLFLOW_TRACKING_URI: trackingUrl,
      ...(settings.mlflow.url && settings.mlflow.credentials),
    },
    log: (message) => log.info(message),
  });
}

/** For a project that says nothing of it. */
function plainSurroundings({ root, setup }: { root: string; setup: string }): StepSurroundings {
  return {
    path: [join(root, 'node_modules', '.bin'), join(setup, 'python', 'bin')],
    environment: { VISAVOX_SETUP: setup },
  };
}

/** One MLflow run for each pipeline run; what its tasks measure goes there while they measure it. */
function trackedRuns({
  tracker,
  datasets,
  log,
}: Pick<EngineResources, 'tracker' | 'datasets' | 'log'>): RunHooks {
  return {
    async onRunStarted(run: RunRecord) {
      const id = await tracker.startRun({
        experiment: run.pipeline,
        name: `${run.pipeline} ${run.createdAt.slice(0, 19)}`,
        tags: {
          'visavox.run': run.id,
          'visavox.trigger': run.trigger,
          'visavox.pipeline': run.pins.pipeline,
          'visavox.code': run.pins.code,
          'visavox.environment': run.pins.environment,
        },
      });
      await tracker.logParameters(
        id,
        Object.fromEntries(Object.entries(run.pins.parameters).map(([name, value]) => [name, String(value)])),
      );
      await tracker.logDatasets(
        id,
        await Promise.all(
          run.pins.datasets.map(async (digest) => ({
            name: (await datasets.get(digest)).manifest.name,
            digest,
            context: 'training',
          })),
        ),
      );
      return { trackingRun: id, environment: { MLFLOW_RUN_ID: id } };
    },
    async onTaskFinished(run: RunRecord, task: TaskRecord) {
      log.info(
        { run: run.id, task: task.name, state: task.state, cached: task.cached, cpuSeconds: task.cpuSeconds },
        'task finished',
      );
      if (!run.trackingRun) return;
      await tracker.logMetrics(run.trackingRun, numbersOf(task));
    },
    async onRunFinished(run: RunRecord) {
      log.info({ run: run.id, state: run.state, reason: run.reason }, 'run finished');
      if (!run.trackingRun) return;
      const { state } = run;
      await tracker.endRun(run.trackingRun, state === 'succeeded' || state === 'canceled' ? state : 'failed');
    },
  };
}

/** Numbers among a task's output parameters, one level deep: `validate/people`. A comparison's candidate counts as its metric. */
function numbersOf(task: TaskRecord): { key: string; value: number; step: number; time: Date }[] {
  const time = new Date();
  const found = Object.entries(task.outputs.parameters).flatMap(([name, value]) => {
    if (typeof value === 'number') return [[`${task.name}/${name}`, value] as const];
    if (typeof value !== 'object' || Array.isArray(value)) return [];
    return Object.entries(value).flatMap(([field, entry]) => {
      if (typeof entry === 'number') return [[`${task.name}/${field}`, entry] as const];
      return Array.isArray(entry) ? entry.flatMap(namedNumbers) : [];
    });
  });
  return found.map(([key, value]) => ({ key, value, step: 0, time }));
}

function namedNumbers(entry: unknown): (readonly [string, number])[] {
  if (typeof entry !== 'object' || entry === null || !('metric' in entry) || typeof entry.metric !== 'string')
    return [];
  const { metric } = entry;
  return Object.entries(entry).flatMap(([field, value]) =>
    (field === 'champion' || field === 'candidate') && typeof value === 'number'
      ? [[`${metric}/${field}`, value] as const]
      : [],
  );
}

/** Of every source that a step may run. */
async function codeDigest({ root, code }: StepsOfProject): Promise<Digest> {
  const folders = code ?? [''];
  const files = (await Promise.all(folders.map((folder) => sourcesBelow(join(root, folder), folder))))
    .flat()
    .sort();
  const digests = await Promise.all(
    files.map(async (file) => [file, digestOf(await readFile(join(root, file)))]),
  );
  return digestOfJson(Object.fromEntries(digests));
}

async function sourcesBelow(folder: string, name: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      if (entry.isDirectory()) {
        const skipped =
          ['node_modules', '__pycache__', 'tests', 'fixtures', 'synthetic'].includes(entry.name) ||
          entry.name.startsWith('.');
        return skipped ? [] : sourcesBelow(join(folder, entry.name), join(name, entry.name));
      }
      return /\.(ts|mjs|py|json)$/.test(entry.name) && !entry.name.includes('.test.')
        ? [join(name, entry.name)]
        : [];
    }),
  );
  return found.flat();
}

const defaultLocks = ['package-lock.json', 'uv.lock', 'requirements.txt'];

/** Of the pinned packages, the runtimes and the processor's architecture. */
async function environmentDigest({ root, locks: given }: StepsOfProject): Promise<Digest> {
  const locks = given ?? defaultLocks.filter((file) => existsSync(join(root, file)));
  const digests = await Promise.all(locks.map(async (file) => digestOf(await readFile(join(root, file)))));
  return digestOfJson({ locks: digests, node: process.versions.node, platform: platform(), arch: arch() });
}
