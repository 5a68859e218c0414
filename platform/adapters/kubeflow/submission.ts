import { type Digest, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';
import { defaultImage } from '@visavox/pipelines/component';
import { pipPrelude } from '@visavox/pipelines/environments/pip-prelude';
import type { IrContainer, IrDag, PipelineSpec } from '@visavox/pipelines/ir';
import type { Access, StepExtras } from '@visavox/pipelines/step-extras';
import { passVersionsAsParameters } from './given-versions.ts';
import { addConstantInput, type KnownBefore, rewriteCommands } from './launcher-words.ts';
import {
  declaredEnvironment,
  launchedExecutors,
  launcherCommand,
  type StepLaunch,
  takesCode,
} from './step/launched.ts';

/** What a container is given on the cluster. */
export interface StepGrant {
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Variables out of Secrets, by the Secret's name: `{ 'visavox-s3': { AWS_SECRET_ACCESS_KEY: 'secret-key' } }`. */
  readonly secretVariables?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Secrets as folders: where each is mounted. */
  readonly secretFolders?: Readonly<Record<string, string>> | undefined;
}

export interface StepContainers {
  /** The image on the cluster, by the name that a component says. Other names stand for themselves. */
  readonly images: Readonly<Record<string, string>>;
  /** For every container. */
  readonly environment: Readonly<Record<string, string>>;
  /** For those of components that declare access. */
  readonly access?: Readonly<Partial<Record<keyof Access, StepGrant>>> | undefined;
  /** How steps get the code of their run, their packages and dataset versions; without it they run what is in their images. */
  readonly launch?: StepLaunch | undefined;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  readonly imagePullSecrets?: readonly string[] | undefined;
}

export interface SubmissionOptions extends KnownBefore {
  readonly containers: StepContainers;
  /** What the images were built from. */
  readonly code: Digest;
  /** The code of the run, which steps in step images run in; undefined where all run the code of their images. */
  readonly snapshot?: Digest | undefined;
  /** What identifies the code that the steps of an executor run, by its label; the whole snapshot unless given. */
  readonly codeKeys?: ReadonlyMap<string, Digest> | undefined;
  readonly environment: Digest;
  readonly useCache: boolean;
  /** By which the steps of an executor show who they are. */
  readonly token?: ((executor: string) => string) | undefined;
}

/** Where steps find the claim that they share. */
const cacheFolder = '/var/cache/visavox';

/** Kubeflow's cache knows a container by its image's name; this input tells it of the code and packages inside. */
const codeInput = 'visavox_code';

/**
 * The pipeline as Kubeflow takes it: the images of the cluster, each task's environment, and caching that
 * knows our code. The given pipeline is left as it is.
 */
export function submission(
  given: PipelineSpec,
  { containers, code, snapshot, codeKeys, environment, useCache, token, ...known }: SubmissionOptions,
): { readonly pipeline_spec: unknown; readonly platform_spec: unknown } {
  refuseUnsupported(given);
  const launched = launchedExecutors(given, { launch: containers.launch, code: snapshot });
  const spec = structuredClone(given);
  for (const label of launched) withoutInstallation(spec.deploymentSpec.executors[label]?.container);
  const copies = rewriteCommands(spec, known);
  const originOf = (label: string) => copies.get(label) ?? label;
  passVersionsAsParameters(spec, known.parameters as Readonly<Record<string, Parameter>>);
  const executors = Object.entries(spec.deploymentSpec.executors).filter(([, { container }]) => container);
  const { platforms, ...pipelineSpec } = spec;
  const extras = (label: string) => platforms?.visavox?.deploymentSpec.executors[originOf(label)];
  for (const [label, { container }] of executors) {
    if (!container) continue;
    const launch = launched.has(originOf(label)) ? containers.launch : undefined;
    if (launch) startByLauncher(container);
    container.image = imageOf(container.image, containers.images);
    const own = container.env ?? [];
    const granted = grantsOf(label, extras(label), containers).map((grant) => grant.environment);
    const forLauncher = launch && {
      ...(launch.cacheClaim !== undefined && { UV_CACHE_DIR: `${cacheFolder}/uv` }),
      ...launch.environment,
      VISAVOX_STEP_SERVER: launch.server,
      VISAVOX_STEP_TOKEN: token?.(originOf(label)) ?? '',
    };
    const all = Object.assign({}, containers.environment, ...granted, forLauncher);
    const added = Object.entries<string>(all).map(([name, value]) => ({ name, value }));
    container.env = [...added.filter(({ name }) => !own.some((one) => one.name === name)), ...own];
    if (container.env.length === 0) delete container.env;
  }
  /** What decides, beside what Kubeflow knows, what a step gives. */
  const marker = (label: string) => {
    const origin = originOf(label);
    const container = given.deploymentSpec.executors[origin]?.container;
    return digestOfJson({
      code: container && takesCode(container) ? (codeKeys?.get(origin) ?? snapshot ?? code) : code,
      environment,
      ...(launched.has(origin) && { packages: declaredEnvironment(given, origin) ?? null }),
    });
  };
  for (const dag of dagsOf(spec))
    for (const [key, task] of Object.entries(dag.tasks)) {
      // Kubeflow writes a loop down under this name, and looks it up by its key when its outputs are collected.
      if (task.parameterIterator) task.taskInfo = { ...task.taskInfo, name: key };
      if (!useCache) task.cachingOptions = {};
      const component = spec.components[task.componentRef.name];
      const label = component?.executorLabel ?? '';
      const executor = spec.deploymentSpec.executors[label];
      if (!component || !executor?.container || !task.cachingOptions?.enableCache) continue;
      addConstantInput(task, component, codeInput, marker(label));
    }
  const own = platforms?.kubernetes?.deploymentSpec?.executors ?? {};
  const together = executors.map(([label]) => {
    const cacheClaim = launched.has(originOf(label)) ? containers.launch?.cacheClaim : undefined;
    const ours = kubernetesOptions({ ...containers, cacheClaim }, grantsOf(label, extras(label), containers));
    return [label, merged(own[label] ?? {}, ours)];
  });
  return {
    pipeline_spec: pipelineSpec,
    platform_spec: {
      platforms: {
        kubernetes: { ...platforms?.kubernetes, deploymentSpec: { executors: Object.fromEntries(together) } },
      },
    },
  };
}

/** The launcher installs what a component declares. */
function withoutInstallation(container: IrContainer | undefined): void {
  const prelude = pipPrelude(container?.command ?? []);
  if (container && prelude) container.command = [...prelude.command];
}

function startByLauncher(container: IrContainer): void {
  container.command = [launcherCommand, '{{$}}', ...(container.command ?? []), ...(container.args ?? [])];
  delete container.args;
}

/** The images that a pipeline's tasks run in on the cluster, sorted. Throws a UserError where one is not configured. */
export function imagesOf(spec: PipelineSpec, images: StepContainers['images']): readonly string[] {
  const found = Object.values(spec.deploymentSpec.executors).flatMap(({ container }) =>
    container ? [imageOf(container.image, images)] : [],
  );
  return [...new Set(found)].sort();
}

/** Throws a UserError for what Kubeflow (as of 2.17) does not run. */
export function refuseUnsupported(spec: PipelineSpec): void {
  for (const dag of dagsOf(spec))
    for (const [key, task] of Object.entries(dag.tasks))
      if (task.artifactIterator)
        throw new UserError({
          kind: 'invalid',
          code: 'unsupported_on_kubeflow',
          message: `The loop ${task.taskInfo?.name ?? key} goes over artifacts, which Kubeflow does not implement.`,
          action:
            'Loop over a list of numbers and let each iteration pick its part, or run it with --on local.',
        });
}

function imageOf(name: string | undefined, images: StepContainers['images']): string {
  const image = images[name ?? defaultImage] ?? name ?? defaultImage;
  if (image !== defaultImage) return image;
  throw new UserError({
    kind: 'invalid',
    code: 'image_unset',
    message: 'A task names no container image, and none is configured.',
    action: 'Give the component an image, or set VISAVOX_STEP_IMAGE to one that holds its command.',
  });
}

function dagsOf(spec: PipelineSpec): readonly IrDag[] {
  return [spec.root, ...Object.values(spec.components)].flatMap(({ dag }) => (dag ? [dag] : []));
}

/** Lists are joined; of all else the pipeline's own word counts. */
function merged(own: Readonly<Record<string, unknown>>, ours: Readonly<Record<string, unknown>>): object {
  const lists = Object.entries(ours).flatMap(([key, value]) => {
    const mine = own[key];
    return Array.isArray(value) && Array.isArray(mine) ? [[key, [...mine, ...value]]] : [];
  });
  return { ...ours, ...own, ...Object.fromEntries(lists) };
}

function grantsOf(label: string, extras: StepExtras | undefined, { access }: StepContainers): StepGrant[] {
  const kinds = (['objects', 'tracking'] as const).filter((kind) => extras?.access?.[kind]);
  return kinds.map((kind) => {
    const grant = access?.[kind];
    if (grant) return grant;
    throw new UserError({
      kind: 'invalid',
      code: 'access_missing',
      message: `The executor ${label} asks for access to ${kind}, which this installation gives to no step.`,
      action: 'Take "access" out of the component, and hand over what it needs as inputs and outputs.',
    });
  });
}

/** KubernetesExecutorConfig of kubernetes_platform, in proto3's JSON form. */
function kubernetesOptions(
  {
    imagePullPolicy,
    imagePullSecrets,
    cacheClaim,
  }: StepContainers & { readonly cacheClaim: string | undefined },
  grants: readonly StepGrant[],
): Readonly<Record<string, unknown>> {
  const secretVariables = joined(grants.map((grant) => grant.secretVariables));
  const secretFolders = joined(grants.map((grant) => grant.secretFolders));
  const named = (secret: string) => ({
    secretName: secret,
    secretNameParameter: { runtimeValue: { constant: secret } },
  });
  return {
    ...(secretVariables && {
      secretAsEnv: Object.entries(secretVariables).map(([secret, variables]) => ({
        ...named(secret),
        keyToEnv: Object.entries(variables).map(([envVar, secretKey]) => ({ secretKey, envVar })),
      })),
    }),
    ...(secretFolders && {
      secretAsVolume: Object.entries(secretFolders).map(([secret, mountPath]) => ({
        ...named(secret),
        mountPath,
      })),
    }),
    ...(cacheClaim !== undefined && {
      pvcMount: [
        {
          ...{ mountPath: cacheFolder, constant: cacheClaim },
          pvcNameParameter: { runtimeValue: { constant: cacheClaim } },
        },
      ],
    }),
    ...(imagePullPolicy && { imagePullPolicy }),
    ...(imagePullSecrets && {
      imagePullSecret: imagePullSecrets.map((secret) => ({
        secretName: secret,
        secretNameParameter: { runtimeValue: { constant: secret } },
      })),
    }),
  };
}

/** One record out of several, those inside them joined too; undefined where there is nothing. */
function joined<Value extends string | Readonly<Record<string, string>>>(
  records: readonly (Readonly<Record<string, Value>> | undefined)[],
): Readonly<Record<string, Value>> | undefined {
  const all: Record<string, Value> = {};
  for (const [key, value] of records.flatMap((record) => Object.entries(record ?? {}))) {
    const before = all[key];
    all[key] =
      typeof before === 'object' && typeof value === 'object' ? Object.assign({}, before, value) : value;
  }
  return Object.keys(all).length > 0 ? all : undefined;
}
