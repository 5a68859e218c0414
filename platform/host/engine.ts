import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import type { ArtifactLocation } from '@visavox/adapters/kubeflow/artifact-source';
import { isObjectStoreAway } from '@visavox/adapters/objects/store-away';
import { isDatabaseAway } from '@visavox/adapters/sql/database-away';
import type { CodeReference } from '@visavox/core/code';
import { type Digest, digestOf, digestOfJson } from '@visavox/core/digest';
import { projectCode } from '@visavox/pipelines/code/project-code';
import { Engines, type OpenEngine } from '@visavox/pipelines/engines';
import { LocalEngine, type LocalEngineOptions } from '@visavox/pipelines/local/engine';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import { trackedRuns } from '@visavox/pipelines/tracked-runs';
import type { EngineResources, StepsOfProject } from './engine-resources.ts';
import { plainSurroundings } from './plain-surroundings.ts';
import { pluginFailed } from './plugin-fault.ts';
import type { EngineFactory } from './project.ts';
import { readStepValue, stepKeys } from './secrets.ts';
import { invalidSetting, type PlatformSettings } from './settings.ts';

/** The engines that are configured, with each run tracked in MLflow and each task given what a step needs. */
export async function createEngine(
  resources: EngineResources,
  factories: Readonly<Record<string, EngineFactory>> = {},
): Promise<Engines> {
  const { project, settings, runs } = resources;
  const hooks = hooksOf(resources);
  const engines: Record<string, OpenEngine> = { local: await openLocalEngine(resources, hooks) };
  if (settings.kubeflow) {
    // Its libraries (S3, Kubernetes, gRPC) are loaded only where they are used.
    const { createKubeflowEngine } = await import('./kubeflow.ts');
    engines.kubeflow = await createKubeflowEngine(settings.kubeflow, resources, {
      ...{ hooks, code: await codeDigest(project) },
      // Where pods cannot fetch it, a project that says what its step image is built from has its code there.
      ...((project.code === undefined || settings.kubeflow.step.server !== undefined) && {
        today: codeOfToday(resources),
      }),
    });
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

/** Whether anything but the region is known of AWS: a key, a profile, a role, a server. */
function hasCredentials({ s3Environment }: PlatformSettings): boolean {
  return Object.keys(s3Environment).some((name) => !name.endsWith('REGION'));
}

/** What importers name in buckets; the client is loaded with the first of them. */
function bucketsOf(location: ArtifactLocation = {}): NonNullable<LocalEngineOptions['buckets']> {
  return {
    async *read(uri) {
      const { ArtifactSource } = await import('@visavox/adapters/kubeflow/artifact-source');
      const source = new ArtifactSource(location);
      try {
        yield* source.read(uri);
      } finally {
        source.close();
      }
    },
  };
}

async function openLocalEngine(
  { project, settings, trackingUrl, runs, objects, log }: EngineResources,
  hooks: RunHooks,
): Promise<LocalEngine> {
  const { root } = project;
  const surroundings = project.stepSurroundings ?? plainSurroundings;
  return LocalEngine.open({
    ...{ runs, objects, hooks },
    folder: join(settings.home, 'runs'),
    environmentDigest: await environmentDigest(project),
    code: codeOfToday({ project, settings, objects, log }),
    project: root,
    inCode: (code) => surroundings({ root: code, setup: settings.setup }),
    environment: {
      MLFLOW_TRACKING_URI: trackingUrl,
      ...(settings.mlflow.workspace && { MLFLOW_WORKSPACE: settings.mlflow.workspace }),
    },
    environments: join(settings.home, 'environments'),
    access: {
      objects: await objectsAccess(settings),
      tracking: settings.mlflow.url ? { ...settings.mlflow.credentials } : {},
    },
    secret: (secret, key) => readStepValue(settings.secrets, 'secret', secret, key),
    configMap: (configMap, key) => readStepValue(settings.secrets, 'configMap', configMap, key),
    keys: (kind, name) => stepKeys(settings.secrets, kind, name),
    volumes: join(settings.home, 'volumes'),
    ...(hasCredentials(settings) && { buckets: bucketsOf(settings.objects.s3) }),
    // Where the machine allows it, no step looks past what it is given.
    hidden: [
      settings.secrets,
      ...(settings.objects.key.file ? [settings.objects.key.file] : []),
      ...['secrets', 'database', 'logs', 'mlflow'].map((name) => join(settings.home, name)),
    ],
    log: (message) => log.info(message),
    isAway: (error) => isDatabaseAway(error) || isObjectStoreAway(error),
  });
}

/** The folder of the project as it is when a run is submitted that brings no code. */
function codeOfToday({
  project: { root },
  settings,
  objects,
  log,
}: Pick<EngineResources, 'project' | 'settings' | 'objects' | 'log'>): () => Promise<CodeReference> {
  return projectCode({
    ...{ root, objects, cacheFile: join(settings.home, 'code-hashes.json') },
    limits: settings.codeLimits,
    log: (message) => log.warn(message),
  });
}

/** The key itself, since its file is hidden from steps. */
async function objectsAccess({
  stepEnvironment,
  objects,
}: Pick<PlatformSettings, 'stepEnvironment' | 'objects'>): Promise<Record<string, string>> {
  const { VISAVOX_KEY_FILE: file, ...environment } = stepEnvironment;
  if (objects.key.override !== undefined || file === undefined) return { ...environment };
  return { ...environment, VISAVOX_KEY: (await readFile(file, 'utf8')).trim() };
}

/** Runs as they are tracked, and in the log. */
function hooksOf({
  tracker,
  datasets,
  stepCredentials,
  log,
}: Pick<EngineResources, 'tracker' | 'datasets' | 'stepCredentials' | 'log'>): RunHooks {
  const tracked = trackedRuns({
    ...{ tracker, datasets },
    ...(stepCredentials && { credentials: stepCredentials }),
  });
  return {
    ...tracked,
    async onTaskFinished(run, task) {
      const { name, state, cached, cpuSeconds } = task;
      log.info({ run: run.id, task: name, state, cached, cpuSeconds }, 'task finished');
      return tracked.onTaskFinished?.(run, task);
    },
    async onRunFinished(run) {
      log.info({ run: run.id, state: run.state, reason: run.reason }, 'run finished');
      return tracked.onRunFinished?.(run);
    },
  };
}

/** Of every source that a step in an image may run. */
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
