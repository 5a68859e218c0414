import { Digest, digestOfJson, hexOf } from '@visavox/core/digest';
import type { ServingSettings } from '@visavox/core/environment-settings';
import { placeOf } from '@visavox/serving/host/bundle-servers';
import { z } from 'zod';

export interface InferenceServiceOptions {
  readonly namespace: string;
  /** Bundles of one environment are told from those of another in the same namespace. */
  readonly environment: string;
  /** The ServingRuntime whose server loads bundles. */
  readonly runtime: string;
  /** `s3://bucket/prefix`: each bundle is the folder of its digest below. */
  readonly models: string;
  /** Of the predictor: it has the credentials with which KServe's initializer reads the models. */
  readonly serviceAccount: string | undefined;
  readonly replicas: { readonly least: number; readonly most: number };
  /** The Secret that has the values of settings' secrets, by the names that they have there. */
  readonly secret: string;
}

export const resource = {
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
} as const;
export const modelFormat = 'visavox-bundle';
const bundleAnnotation = 'visavox/bundle';
const settingsAnnotation = 'visavox/settings';

/** Short enough for the names that KServe derives from it. */
export const nameOf = (bundle: Digest, settings?: ServingSettings) =>
  `model-${hexOf(placeOf(bundle, settings)).slice(0, 20)}`;

export function selectorOf({ environment }: Pick<InferenceServiceOptions, 'environment'>): string {
  return Object.entries(labelsOf(environment))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

const labelsOf = (environment: string) => ({
  'app.kubernetes.io/managed-by': 'visavox',
  'app.kubernetes.io/part-of': environment,
});

/** How many servers there are at least and at most. */
export function replicasOf(
  { replicas }: Pick<InferenceServiceOptions, 'replicas'>,
  settings: ServingSettings = {},
): { readonly least: number; readonly most: number } {
  const { min, max } = settings.replicas ?? {};
  const least = min ?? Math.min(replicas.least, max ?? replicas.least);
  return { least, most: max ?? Math.max(replicas.most, least) };
}

/** One for each bundle and its settings, in KServe's Standard mode: a person is sent to one version's own Service, never split by percentage. */
export function inferenceService(
  bundle: Digest,
  networks: readonly string[],
  options: InferenceServiceOptions,
  settings?: ServingSettings,
) {
  const { namespace, environment, runtime, models, serviceAccount, secret } = options;
  const { variables = {}, secrets = {}, resources } = settings ?? {};
  const replicas = replicasOf(options, settings);
  return {
    apiVersion: `${resource.group}/${resource.version}`,
    kind: 'InferenceService',
    metadata: {
      name: nameOf(bundle, settings),
      namespace,
      labels: labelsOf(environment),
      annotations: {
        [bundleAnnotation]: bundle,
        ...(settings && { [settingsAnnotation]: digestOfJson(settings) }),
        'serving.kserve.io/deploymentMode': 'Standard',
      },
    },
    spec: {
      predictor: {
        minReplicas: replicas.least,
        maxReplicas: replicas.most,
        scaleMetric: 'cpu',
        scaleTarget: 80,
        ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
        model: {
          modelFormat: { name: modelFormat },
          protocolVersion: 'v2',
          runtime,
          storageUri: `${models}/${hexOf(bundle)}`,
          env: [
            { name: 'VISAVOX_EXPECT', value: bundle },
            { name: 'VISAVOX_ONLY', value: networks.join(',') },
            ...Object.entries(variables).map(([name, value]) => ({ name, value })),
            ...Object.entries(secrets).map(([name, key]) => ({
              name,
              valueFrom: { secretKeyRef: { name: secret, key } },
            })),
          ],
          // What it may use is what it is given room for: nobody else's requests make it slow.
          ...(resources && { resources: { requests: { ...resources }, limits: { ...resources } } }),
        },
      },
    },
  };
}

/** What is read of one that exists. */
export const InferenceServiceState = z
  .object({
    metadata: z.object({
      name: z.string(),
      annotations: z.record(z.string(), z.string()).default({}),
      deletionTimestamp: z.unknown().optional(),
    }),
    status: z
      .object({
        conditions: z
          .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
          .default([]),
        modelStatus: z
          .object({
            transitionStatus: z.string().optional(),
            lastFailureInfo: z.object({ message: z.string().optional() }).optional(),
          })
          .optional(),
      })
      .default({ conditions: [] }),
  })
  .transform(({ metadata, status }) => ({
    name: metadata.name,
    bundle: Digest.safeParse(metadata.annotations[bundleAnnotation]).data,
    leaving: metadata.deletionTimestamp !== undefined && metadata.deletionTimestamp !== null,
    ready: status.conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
    /** KServe's own words for why it is not. */
    reason:
      status.modelStatus?.lastFailureInfo?.message ??
      status.conditions.find(({ status: value, message }) => value === 'False' && message)?.message,
  }));
export type InferenceServiceState = z.infer<typeof InferenceServiceState>;
