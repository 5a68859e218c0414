import { type Digest, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { defaultImage } from '@visavox/pipelines/component';
import { datasetVersionSchema } from '@visavox/pipelines/dataset-parameters';
import type { IrDag, PipelineSpec } from '@visavox/pipelines/ir';
import type { Access, StepExtras } from '@visavox/pipelines/step-extras';
import { addConstantInput, type KnownBefore, rewriteCommands } from './launcher-words.ts';

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
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never' | undefined;
  readonly imagePullSecrets?: readonly string[] | undefined;
}

export interface SubmissionOptions extends KnownBefore {
  readonly containers: StepContainers;
  readonly code: Digest;
  readonly environment: Digest;
  readonly useCache: boolean;
}

/** Kubeflow's cache knows a container by its image's name; this input tells it of the code and packages inside. */
const codeInput = 'visavox_code';

/**
 * The pipeline as Kubeflow takes it: the images of the cluster, each task's environment, and caching that
 * knows our code. The given pipeline is left as it is.
 */
export function submission(
  given: PipelineSpec,
  { containers, code, environment, useCache, ...known }: SubmissionOptions,
): { readonly pipeline_spec: unknown; readonly platform_spec: unknown } {
  refuseUnsupported(given);
  const spec = structuredClone(given);
  rewriteCommands(spec, known);
  const executors = Object.entries(spec.deploymentSpec.executors).filter(([, { container }]) => container);
  const { platforms, ...pipelineSpec } = spec;
  const extras = platforms?.visavox?.deploymentSpec.executors ?? {};
  for (const [label, { container }] of executors) {
    if (!container) continue;
    container.image = imageOf(container.image, containers.images);
    const own = container.env ?? [];
    const granted = grantsOf(label, extras[label], containers).map(({ environment }) => environment);
    const given = Object.assign({}, containers.environment, ...granted);
    const added = Object.entries<string>(given).map(([name, value]) => ({ name, value }));
    container.env = [...added.filter(({ name }) => !own.some((one) => one.name === name)), ...own];
    if (container.env.length === 0) delete container.env;
  }
  const marker = digestOfJson({ code, environment });
  for (const dag of dagsOf(spec))
    for (const [key, task] of Object.entries(dag.tasks)) {
      // Kubeflow writes a loop down under this name, and looks it up by its key when its outputs are collected.
      if (task.parameterIterator) task.taskInfo = { ...task.taskInfo, name: key };
      if (!useCache) task.cachingOptions = {};
      const component = spec.components[task.componentRef.name];
      const executor = spec.deploymentSpec.executors[component?.executorLabel ?? ''];
      if (!component || !executor?.container || !task.cachingOptions?.enableCache) continue;
      addConstantInput(task, component, codeInput, marker);
    }
  const own = platforms?.kubernetes?.deploymentSpec?.executors ?? {};
  const together = executors.map(([label]) => {
    const ours = kubernetesOptions(containers, grantsOf(label, extras[label], containers));
    return [label, merged(own[label] ?? {}, ours)];
  });
  return {
    pipeline_spec: pipelineSpec,
    platform_spec: {
      platforms: { kubernetes: { deploymentSpec: { executors: Object.fromEntries(together) } } },
    },
  };
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
  for (const [label, { environment }] of Object.entries(
    spec.platforms?.visavox?.deploymentSpec.executors ?? {},
  ))
    if (environment)
      throw new UserError({
        kind: 'invalid',
        code: 'unsupported_on_kubeflow',
        message: `The executor ${label} declares its environment in a file, which no pod makes yet.`,
        action:
          'Name the packages in the component (environment: { packages }), give it an image that has them, or run it with --on local.',
      });
  for (const { importer } of Object.values(spec.deploymentSpec.executors))
    if (importer?.typeSchema.schemaTitle === datasetVersionSchema)
      throw new UserError({
        kind: 'invalid',
        code: 'unsupported_on_kubeflow',
        message:
          'The pipeline takes a dataset version as a folder, which steps on Kubeflow are not given yet.',
        action: 'Run it with --on local, or take the digest as a string and read the dataset in the step.',
      });
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
  { imagePullPolicy, imagePullSecrets }: StepContainers,
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
