import { z } from 'zod';

/** Where the networks of releases answer: in each process, or as KServe's InferenceServices. */
export const ServingEnvironment = z.object({
  VISAVOX_SERVING: z.enum(['in-process', 'kserve']).default('in-process'),
  /** Where KServe takes bundles from, `s3://bucket/prefix`: plain files on the S3 server of VISAVOX_OBJECTS. */
  VISAVOX_MODELS: z.string().startsWith('s3://').optional(),
  KSERVE_NAMESPACE: z.string().min(1).default('default'),
  /** The ServingRuntime that loads bundles. */
  KSERVE_RUNTIME: z.string().min(1).default('visavox'),
  /** Of the predictors; with the S3 credentials that KServe's storage initializer uses. */
  KSERVE_SERVICE_ACCOUNT: z.string().min(1).optional(),
  /** The Secret there whose keys are the secrets that environments of models name. */
  KSERVE_SECRET: z.string().min(1).default('visavox-models'),
  KSERVE_MIN_REPLICAS: z.coerce.number().int().positive().default(1),
  KSERVE_MAX_REPLICAS: z.coerce.number().int().positive().default(3),
  /** Seconds after which a model that does not come up is given up. */
  KSERVE_START_LIMIT: z.coerce.number().int().positive().default(300),
  /** How a predictor is reached: NAME and NAMESPACE are put in. */
  KSERVE_ADDRESS: z.string().includes('NAME').default('http://NAME-predictor.NAMESPACE'),
});
export type ServingEnvironment = z.infer<typeof ServingEnvironment>;

export interface KserveSettings {
  readonly models: string;
  readonly namespace: string;
  readonly runtime: string;
  readonly serviceAccount: string | undefined;
  readonly secret: string;
  readonly replicas: { readonly least: number; readonly most: number };
  readonly startLimitSeconds: number;
  /** Of the Service of an InferenceService. */
  readonly addressOf: (name: string) => string;
}

/** Undefined: networks are served in each process. */
export function kserveSettings(
  values: ServingEnvironment,
  invalid: (name: string, reason: string) => Error,
): KserveSettings | undefined {
  if (values.VISAVOX_SERVING === 'in-process') return undefined;
  if (values.VISAVOX_MODELS === undefined)
    throw invalid('VISAVOX_MODELS', 'kserve needs it: the place where it takes bundles from');
  const { KSERVE_NAMESPACE: namespace, KSERVE_ADDRESS: address } = values;
  return {
    namespace,
    models: values.VISAVOX_MODELS.replace(/\/+$/, ''),
    runtime: values.KSERVE_RUNTIME,
    serviceAccount: values.KSERVE_SERVICE_ACCOUNT,
    secret: values.KSERVE_SECRET,
    replicas: { least: values.KSERVE_MIN_REPLICAS, most: values.KSERVE_MAX_REPLICAS },
    startLimitSeconds: values.KSERVE_START_LIMIT,
    addressOf: (name) => address.replace('NAMESPACE', namespace).replace('NAME', name),
  };
}
