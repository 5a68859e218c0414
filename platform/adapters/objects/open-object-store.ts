import { fileURLToPath } from 'node:url';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import { EncryptedObjectStore } from './encrypted-object-store.ts';
import { createEncryptionKey, type KeySource, loadEncryptionKey } from './encryption-key.ts';
import { FolderObjectStore } from './folder-object-store.ts';
import { type S3Settings, s3Environment, s3Location, s3Settings } from './s3-settings.ts';

export interface ObjectStoreLocation {
  /** `file:///…/objects` or `s3://bucket/prefix`. */
  readonly url: string;
  readonly key: KeySource;
  /** Where an `s3:` URL's server is; AWS where this is left out. */
  readonly s3?: S3Settings | undefined;
}

/** Opens a store that exists: what a pipeline's step does with the location that its engine gave it. */
export async function openObjectStore(location: ObjectStoreLocation): Promise<ObjectStore> {
  const key = await loadEncryptionKey(location.key);
  if (!key) throw keyMissing(location);
  return new EncryptedObjectStore(await openPlainObjectStore(location), key);
}

/**
 * Opens a store, or makes a new one with a new key. A store that lost its key is not new, and is refused. So is a
 * bucket without a key: others may use it at the same time, and would make another one.
 */
export async function openOrCreateObjectStore(location: ObjectStoreLocation): Promise<ObjectStore> {
  const plain = await openPlainObjectStore(location);
  const known = await loadEncryptionKey(location.key);
  if (known) return new EncryptedObjectStore(plain, known);
  const { file } = location.key;
  if (file === undefined || isBucket(location)) throw keyMissing(location);
  for await (const _ of plain.list('')) throw keyMissing(location);
  return new EncryptedObjectStore(plain, await createEncryptionKey(file));
}

/** The location that the engine hands to each step of a pipeline in its environment. */
export function objectStoreLocation(
  environment: Readonly<Record<string, string | undefined>>,
): ObjectStoreLocation {
  const { VISAVOX_OBJECTS: url, VISAVOX_KEY_FILE: file, VISAVOX_KEY: override } = environment;
  if (url && (file || override)) {
    const key = { file: file || undefined, override: override || undefined };
    return { url, key, s3: s3Settings(environment) };
  }
  throw new UserError({
    kind: 'invalid',
    code: 'object_store_unset',
    message: url ? 'VISAVOX_KEY_FILE is not set' : 'VISAVOX_OBJECTS is not set',
    action:
      'Start this step by the pipeline engine, or set both: the URL of the object store and its key file (or VISAVOX_KEY).',
  });
}

/** The variables of which `objectStoreLocation` makes this location again. */
export function objectStoreEnvironment(
  { url, key }: Pick<ObjectStoreLocation, 'url' | 'key'>,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return {
    VISAVOX_OBJECTS: url,
    ...(key.file === undefined ? {} : { VISAVOX_KEY_FILE: key.file }),
    ...(key.override === undefined ? {} : { VISAVOX_KEY: key.override }),
    ...(isBucket({ url }) ? s3Environment(environment) : {}),
  };
}

function isBucket({ url }: Pick<ObjectStoreLocation, 'url'>): boolean {
  return url.startsWith('s3:');
}

/** Without encryption: for what must be read by programs that have no key, and holds nothing of people. */
export async function openPlainObjectStore(
  location: Pick<ObjectStoreLocation, 'url' | 's3'>,
): Promise<ObjectStore> {
  const { url, s3 = s3Settings({}) } = location;
  if (isBucket(location)) {
    const bucket = s3Location(url, s3);
    // Loaded where it is used: the SDK would cost everyone else 20 MB of memory.
    // Its version is pinned, so what later ones will ask of Node concerns nobody who starts this.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const { S3ObjectStore } = await import('./s3-object-store.ts');
    return S3ObjectStore.open(bucket);
  }
  if (URL.canParse(url) && new URL(url).protocol === 'file:')
    return FolderObjectStore.open(fileURLToPath(url));
  throw new UserError({
    kind: 'invalid',
    code: 'object_store_unsupported',
    message: `no object store can be opened at "${url}"`,
    action: 'Give a folder, such as file:///var/lib/visavox/objects, or a bucket: s3://bucket/prefix.',
  });
}

function keyMissing({ url, key }: ObjectStoreLocation): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'encryption_key_missing',
    message: `the object store ${url} is encrypted, and its key (${key.file ?? 'VISAVOX_KEY'}) is missing`,
    action: isBucket({ url })
      ? 'Give every process the same key: VISAVOX_KEY, or a file named by VISAVOX_KEY_FILE. For a new bucket: openssl rand -hex 32.'
      : 'Restore the key file from the backup of the secrets.',
  });
}
