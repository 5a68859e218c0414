import { messageOf, UserError } from '@visavox/core/errors';
import { keyConflict } from './object-key.ts';
import type { S3Location } from './s3-settings.ts';

const credentialFaults = new Set([
  ...['AccessDenied', 'Forbidden', '403', 'InvalidAccessKeyId', 'SignatureDoesNotMatch'],
  ...['ExpiredToken', 'InvalidToken', 'CredentialsProviderError', 'InvalidClientTokenId'],
  ...['XMinioAccountNotFound', 'XAdminUserNotFound', 'AuthorizationHeaderMalformed', 'TokenRefreshRequired'],
]);
const conflicts = new Set([
  ...['XMinioObjectExistsAsDirectory', 'XMinioParentIsObject', 'ObjectParentIsFile'],
  ...['ExistingObjectIsDirectory', 'ObjectExistsAsDirectory', 'DirectoryObjectContainsData'],
]);
const networkFaults = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPIPE'],
  'ERR_STREAM_PREMATURE_CLOSE',
  ...['ETIMEDOUT', 'TimeoutError', 'RequestTimeout', 'EPROTO', 'CERT_HAS_EXPIRED'],
  ...['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);

/** The server's word for what is wrong, its HTTP status, or the network's. */
function namesOf(error: unknown): { names: readonly string[]; status: number | undefined } {
  const fault = error as {
    name?: unknown;
    Code?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const names = [fault?.name, fault?.Code, fault?.code].filter((name) => typeof name === 'string');
  return { names, status: fault?.$metadata?.httpStatusCode };
}

export function isMissingObject(error: unknown): boolean {
  const { names, status } = namesOf(error);
  const another = names.some((name) => name === 'NoSuchBucket' || credentialFaults.has(name));
  return names.includes('NoSuchKey') || (status === 404 && !another);
}

export function isFinishedUpload(error: unknown): boolean {
  return namesOf(error).names.includes('NoSuchUpload');
}

/** What an operator can mend is said; anything else stays what it was. */
export function s3Fault(error: unknown, location: S3Location, key: string): unknown {
  const { names, status } = namesOf(error);
  const is = (known: ReadonlySet<string>) => names.some((name) => known.has(name));
  const where = location.endpoint ?? `AWS (${location.region})`;
  if (names.includes('NoSuchBucket')) return bucketMissing(location, error);
  if (is(conflicts)) return keyConflict(key, error);
  if (is(credentialFaults) || status === 401 || status === 403) {
    return new UserError({
      kind: 'unavailable',
      code: 'object_store_credentials',
      message: `the S3 server at ${where} refuses these credentials for the bucket "${location.bucket}": ${messageOf(error)}`,
      action:
        'Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and allow this user to get, put, delete and list there.',
      cause: error,
    });
  }
  if (is(networkFaults)) {
    return new UserError({
      kind: 'unavailable',
      code: 'object_store_unreachable',
      message: `the S3 server at ${where} does not answer: ${messageOf(error) || names.join(' ')}`,
      action:
        'Check that it runs and that AWS_ENDPOINT_URL_S3 names it; what was asked for can be tried again.',
      cause: error,
    });
  }
  if (status !== undefined && (status >= 500 || status === 429)) {
    return new UserError({
      kind: 'unavailable',
      code: 'object_store_failing',
      message: `the S3 server at ${where} answers ${status}: ${messageOf(error)}`,
      action: 'Try again in a moment; if it stays, look at the health and the free space of the S3 server.',
      cause: error,
    });
  }
  return error;
}

function bucketMissing(location: S3Location, cause: unknown): UserError {
  const endpoint = location.endpoint ? ` --endpoint-url ${location.endpoint}` : '';
  return new UserError({
    kind: 'unavailable',
    code: 'bucket_missing',
    message: `there is no bucket "${location.bucket}" at ${location.endpoint ?? `AWS (${location.region})`}`,
    action: `Make it: aws s3 mb s3://${location.bucket}${endpoint} (or "mc mb" with MinIO's client).`,
    cause,
  });
}
