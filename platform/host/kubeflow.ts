import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ArtifactSource } from '@visavox/adapters/kubeflow/artifact-source';
import { KubeflowClient } from '@visavox/adapters/kubeflow/kubeflow-client';
import { KubeflowEngine, type KubeflowEngineOptions } from '@visavox/adapters/kubeflow/kubeflow-engine';
import { MlMetadata } from '@visavox/adapters/kubeflow/ml-metadata';
import { RunPods } from '@visavox/adapters/kubeflow/run-pods';
import type { StepContainers } from '@visavox/adapters/kubeflow/submission';
import type { ObjectStoreLocation } from '@visavox/adapters/objects/open-object-store';
import { CodeKeys } from '@visavox/pipelines/code/code-keys';
import { defaultImage } from '@visavox/pipelines/component';
import { CodeTrees } from '@visavox/pipelines/local/code-trees';
import type { RunHooks } from '@visavox/pipelines/run-hooks';
import type { EngineResources } from './engine-resources.ts';
import type { KubeflowSettings } from './kubeflow-settings.ts';

/** Where steps on a cluster find the secrets of `VISAVOX_STEP_SECRET`. */
const secretsFolder = '/var/run/visavox';
/** What our own pipelines call the image of their steps. */
const stepImages = [defaultImage, 'visavox-step'];

/** The engine on Kubeflow; nothing is asked of it before the first run. */
export async function createKubeflowEngine(
  kubeflow: KubeflowSettings,
  resources: Pick<EngineResources, 'runs' | 'objects' | 'settings' | 'trackingUrl' | 'stepTokens' | 'log'>,
  { hooks, ...code }: Pick<KubeflowEngineOptions, 'code' | 'today'> & { readonly hooks: RunHooks },
): Promise<KubeflowEngine> {
  const { runs, objects, log, stepTokens: tokens } = resources;
  const { endpoint, namespace, tokenFile, user, pipelineRoot, serviceAccount } = kubeflow;
  const { home, setup } = resources.settings;
  const trees = await CodeTrees.open({ folder: join(home, 'kubeflow-code'), objects });
  const path = [join(setup, 'python', 'bin'), process.env.PATH ?? ''].join(delimiter);
  return new KubeflowEngine({
    ...{ runs, objects, tokens, hooks, pipelineRoot, serviceAccount },
    ...code,
    codeKeys: new CodeKeys(trees, { path, log: (message) => log.info(message) }),
    client: new KubeflowClient({
      ...{ url: endpoint, namespace, user },
      ...(tokenFile && { token: async () => (await readFile(tokenFile, 'utf8')).trim() }),
    }),
    metadata: new MlMetadata(kubeflow.metadata),
    artifacts: new ArtifactSource({ endpoint: kubeflow.artifactsEndpoint }),
    pods: RunPods.fromEnvironment(namespace),
    containers: stepContainers(kubeflow.step, resources),
    startLimitMs: kubeflow.startLimitSeconds * 1000,
    log: (message) => log.info(message),
  });
}

/** Which S3 server, without the credentials: those are in the Secret. */
function s3Address({ url, s3 }: ObjectStoreLocation): Record<string, string> {
  if (!s3 || !url.startsWith('s3:')) return {};
  const { endpoint, region } = s3;
  return {
    ...(endpoint && { AWS_ENDPOINT_URL_S3: endpoint }),
    ...{ AWS_REGION: region, AWS_DEFAULT_REGION: region },
  };
}

function stepContainers(
  { image, secret, objects, tracking, server, index, cacheClaim }: KubeflowSettings['step'],
  { settings, trackingUrl }: Pick<EngineResources, 'settings' | 'trackingUrl'>,
): StepContainers {
  return {
    images: image === undefined ? {} : Object.fromEntries(stepImages.map((name) => [name, image])),
    launch:
      server === undefined
        ? undefined
        : {
            ...{ images: stepImages, server, cacheClaim },
            environment: index === undefined ? {} : { UV_DEFAULT_INDEX: index },
          },
    environment: {
      MLFLOW_TRACKING_URI: tracking ?? trackingUrl,
      ...(settings.mlflow.workspace && { MLFLOW_WORKSPACE: settings.mlflow.workspace }),
    },
    access: {
      objects: {
        environment: {
          ...s3Address(settings.objects),
          VISAVOX_OBJECTS: objects ?? settings.objects.url,
          VISAVOX_KEY_FILE: `${secretsFolder}/objects.key`,
        },
        ...(secret && {
          secretFolders: { [secret]: secretsFolder },
          secretVariables: { [secret]: named('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY') },
        }),
      },
      tracking: secret
        ? { secretVariables: { [secret]: named(...Object.keys(settings.mlflow.credentials)) } }
        : {},
    },
  };
}

/** Keys of a secret that are called as their variables are. */
function named(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
