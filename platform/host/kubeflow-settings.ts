import { z } from 'zod';

/** Where pipelines run, and how Kubeflow Pipelines is reached. */
export const KubeflowEnvironment = z.object({
  /** What runs a pipeline unless its run says otherwise. */
  VISAVOX_ENGINE: z.string().min(1).default('local'),
  /** Kubeflow Pipelines' API server, such as `http://ml-pipeline.kubeflow:8888`. Without it there is no such engine. */
  KFP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  KFP_NAMESPACE: z.string().min(1).default('kubeflow'),
  /** A file with a bearer token, read for each request. */
  KFP_TOKEN_FILE: z.string().min(1).optional(),
  /** For the header `kubeflow-userid`, in a Kubeflow with several users. */
  KFP_USER: z.string().min(1).optional(),
  /** ML Metadata over gRPC. */
  KFP_METADATA: z.string().min(1).default('metadata-grpc-service.kubeflow:8080'),
  /** The S3 server of Kubeflow's artifacts, unless it is AWS; credentials come from AWS's own variables. */
  KFP_ARTIFACTS_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `s3://bucket/path`, when it is not Kubeflow's default. */
  KFP_PIPELINE_ROOT: z.string().startsWith('s3://').optional(),
  KFP_SERVICE_ACCOUNT: z.string().min(1).optional(),
  /** Seconds after which a task that has not started is given up. */
  KFP_START_LIMIT: z.coerce.number().int().positive().default(900),
  /** The image that steps run in on a cluster. */
  VISAVOX_STEP_IMAGE: z.string().min(1).optional(),
  /** A Secret in KFP_NAMESPACE with `objects.key`, and the S3 credentials `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`. */
  VISAVOX_STEP_SECRET: z.string().min(1).optional(),
  /** The object store and MLflow as steps on the cluster reach them, where that is not as this server does. */
  VISAVOX_STEP_OBJECTS: z.string().min(1).optional(),
  VISAVOX_STEP_TRACKING: z.url({ protocol: /^https?$/ }).optional(),
  /** This server as pods reach it: where steps get the code of their run, their packages and dataset versions. */
  VISAVOX_STEP_SERVER: z.url({ protocol: /^https?$/ }).optional(),
  /** The index of Python packages as pods reach it; the one of uv's own settings, PyPI, unless given. */
  VISAVOX_STEP_INDEX: z.url({ protocol: /^https?$/ }).optional(),
  /** A PersistentVolumeClaim in KFP_NAMESPACE that all steps may write to, where downloaded packages are kept. */
  VISAVOX_STEP_CACHE: z.string().min(1).optional(),
});
export type KubeflowEnvironment = z.infer<typeof KubeflowEnvironment>;

export interface KubeflowSettings {
  readonly endpoint: string;
  readonly namespace: string;
  readonly tokenFile: string | undefined;
  readonly user: string | undefined;
  readonly metadata: string;
  readonly artifactsEndpoint: string | undefined;
  readonly pipelineRoot: string | undefined;
  readonly serviceAccount: string | undefined;
  readonly startLimitSeconds: number;
  readonly step: {
    readonly image: string | undefined;
    readonly secret: string | undefined;
    readonly objects: string | undefined;
    readonly tracking: string | undefined;
    readonly server: string | undefined;
    readonly index: string | undefined;
    readonly cacheClaim: string | undefined;
  };
}

export function kubeflowSettings(values: KubeflowEnvironment): KubeflowSettings | undefined {
  if (values.KFP_ENDPOINT === undefined) return undefined;
  return {
    endpoint: values.KFP_ENDPOINT,
    namespace: values.KFP_NAMESPACE,
    tokenFile: values.KFP_TOKEN_FILE,
    user: values.KFP_USER,
    metadata: values.KFP_METADATA,
    artifactsEndpoint: values.KFP_ARTIFACTS_ENDPOINT,
    pipelineRoot: values.KFP_PIPELINE_ROOT,
    serviceAccount: values.KFP_SERVICE_ACCOUNT,
    startLimitSeconds: values.KFP_START_LIMIT,
    step: {
      image: values.VISAVOX_STEP_IMAGE,
      secret: values.VISAVOX_STEP_SECRET,
      objects: values.VISAVOX_STEP_OBJECTS,
      tracking: values.VISAVOX_STEP_TRACKING,
      server: values.VISAVOX_STEP_SERVER,
      index: values.VISAVOX_STEP_INDEX,
      cacheClaim: values.VISAVOX_STEP_CACHE,
    },
  };
}
