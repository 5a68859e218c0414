import { type Digest, digestOfJson } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { defaultImage } from '@visavox/pipelines/component';
import { datasetVersionSchema } from '@visavox/pipelines/dataset-parameters';
import type { IrDag, PipelineSpec } from '@visavox/pipelines/ir';
import { addConstantInput, type KnownBefore, rewriteCommands } from './launcher-words.ts';

/** What every task's container is given on the cluster. */
export interface StepContainers {
  /** The image on the cluster, by the name that a component says. Other names stand for themselves. */
  readonly images: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables out of Secrets, by the Secret's name: `{ 'visavox-s3': { AWS_SECRET_ACCESS_KEY: 'secret-key' } }`. */
  readonly secretVariables?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** Secrets as folders: where each is mounted. */
  readonly secretFolders?: Readonly<Record<string, string>> | undefined;
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
  for (const [, { container }] of executors) {
    if (!container) continue;
    container.image = imageOf(container.image, containers.images);
    const own = container.env ?? [];
    const added = Object.entries(containers.environment).map(([name, value]) => ({ name, value }));
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
  const { platforms, ...pipelineSpec } = spec;
  const own = platforms?.kubernetes?.deploymentSpec?.executors ?? {};
  const ours = kubernetesOptions(containers);
  const together = executors.map(([label]) => [label, merged(own[label] ?? {}, ours)]);
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

/** KubernetesExecutorConfig of kubernetes_platform, in proto3's JSON form. */
function kubernetesOptions(containers: StepContainers): Readonly<Record<string, unknown>> {
  const { secretVariables, secretFolders, imagePullPolicy, imagePullSecrets } = containers;
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
