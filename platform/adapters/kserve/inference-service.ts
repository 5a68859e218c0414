import { Digest, hexOf } from '@visavox/core/digest';
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
}

export const resource = {
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
} as const;
export const modelFormat = 'visavox-bundle';
const bundleAnnotation = 'visavox/bundle';

/** Short enough for the names that KServe derives from it. */
export const nameOf = (bundle: Digest) => `model-${hexOf(bundle).slice(0, 20)}`;

export function selectorOf({ environment }: Pick<InferenceServiceOptions, 'environment'>): string {
  return Object.entries(labelsOf(environment))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

const labelsOf = (environment: string) => ({
  'app.kubernetes.io/managed-by': 'visavox',
  'app.kubernetes.io/part-of': environment,
});

/** One for each bundle, in KServe's Standard mode: a person is sent to one version's own Service, never split by percentage. */
export function inferenceService(
  bundle: Digest,
  networks: readonly string[],
  options: InferenceServiceOptions,
) {
  const { namespace, environment, runtime, models, serviceAccount, replicas } = options;
  return {
    apiVersion: `${resource.group}/${resource.version}`,
    kind: 'InferenceService',
    metadata: {
      name: nameOf(bundle),
      namespace,
      labels: labelsOf(environment),
      annotations: { [bundleAnnotation]: bundle, 'serving.kserve.io/deploymentMode': 'Standard' },
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
          ],
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
