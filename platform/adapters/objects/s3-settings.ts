import { UserError } from '@visavox/core/errors';
import { z } from 'zod';

/** Where an S3 server is reached. Credentials come from the SDK's own chain: environment, files, workload identity. */
export interface S3Settings {
  /** Absent: AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

export interface S3Location extends S3Settings {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
}

/** The variables that boto3, the AWS command line and MLflow read as well. */
const Environment = z.object({
  AWS_ENDPOINT_URL_S3: z.url({ protocol: /^https?$/ }).optional(),
  AWS_ENDPOINT_URL: z.url({ protocol: /^https?$/ }).optional(),
  AWS_REGION: z.string().optional(),
  AWS_DEFAULT_REGION: z.string().optional(),
});

/** What a pipeline's step needs to reach the same S3 server as the process that started it. */
const s3Variables = [
  ...['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL', 'AWS_REGION', 'AWS_DEFAULT_REGION'],
  ...['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...[
    'AWS_PROFILE',
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONFIG_FILE',
    'AWS_CA_BUNDLE',
    'NODE_EXTRA_CA_CERTS',
  ],
  ...['AWS_ROLE_ARN', 'AWS_ROLE_SESSION_NAME', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_STS_REGIONAL_ENDPOINTS'],
  ...['AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'],
] as const;

type Variables = Readonly<Record<string, string | undefined>>;

export function s3Settings(environment: Variables): S3Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError({
      kind: 'invalid',
      code: 'setting_invalid',
      message: `the setting ${issue?.path.join('.')} cannot be used: ${issue?.message}`,
      action: 'Give the URL of an S3 server, such as http://minio:9000, or leave it out for AWS.',
    });
  }
  const values = parsed.data;
  return {
    endpoint: values.AWS_ENDPOINT_URL_S3 ?? values.AWS_ENDPOINT_URL,
    region: values.AWS_REGION ?? values.AWS_DEFAULT_REGION ?? 'us-east-1',
  };
}

/** The part of an environment that a step is given. boto3 knows the region by its older name alone. */
export function s3Environment(environment: Variables): Record<string, string> {
  const { region } = s3Settings(environment);
  const given = s3Variables.flatMap((name) => {
    const value = environment[name];
    return value ? [[name, value] as const] : [];
  });
  return { ...Object.fromEntries(given), AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

/** `s3://bucket` or `s3://bucket/some/prefix`. */
export function s3Location(url: string, settings: S3Settings): S3Location {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9_=@+./-]*))?$/.exec(url);
  const prefix = (match?.[2] ?? '').replace(/^\/+|\/+$/g, '');
  if (match?.[1] && !prefix.includes('//')) return { ...settings, bucket: match[1], prefix };
  throw new UserError({
    kind: 'invalid',
    code: 'object_store_unsupported',
    message: `not an S3 location: "${url}"`,
    action: 'Give a bucket and, if it is shared, a prefix: s3://bucket/prefix.',
  });
}
