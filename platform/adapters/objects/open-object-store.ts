import { fileURLToPath } from 'node:url';
import { UserError } from '@visavox/core/errors';
import type { ObjectStore } from '@visavox/core/object-store';
import { EncryptedObjectStore } from './encrypted-object-store.ts';
import { createEncryptionKey, type KeySource, loadEncryptionKey } from './encryption-key.ts';
import { FolderObjectStore } from './folder-object-store.ts';

export interface ObjectStoreLocation {
  /** `file:///…/objects`. */
  readonly url: string;
  readonly key: KeySource;
}

/** Opens a store that exists: what a pipeline's step does with the location that its engine gave it. */
export async function openObjectStore(location: ObjectStoreLocation): Promise<ObjectStore> {
  const key = await loadEncryptionKey(location.key);
  if (!key) throw keyMissing(location.key.file);
  return new EncryptedObjectStore(await openPlain(location.url), key);
}

/** Opens a store, or makes a new one with a new key. A store that lost its key is not new, and is refused. */
export async function openOrCreateObjectStore(location: ObjectStoreLocation): Promise<ObjectStore> {
  const plain = await openPlain(location.url);
  let key = await loadEncryptionKey(location.key);
  if (!key) {
    for await (const _ of plain.list('')) throw keyMissing(location.key.file);
    key = await createEncryptionKey(location.key);
  }
  return new EncryptedObjectStore(plain, key);
}

/** The location that the engine hands to each step of a pipeline in its environment. */
export function objectStoreLocation(
  environment: Readonly<Record<string, string | undefined>>,
): ObjectStoreLocation {
  const { VISAVOX_OBJECTS: url, VISAVOX_KEY_FILE: file, VISAVOX_KEY: override } = environment;
  if (url && file) return { url, key: { file, override: override || undefined } };
  throw new UserError({
    kind: 'invalid',
    code: 'object_store_unset',
    message: 'VISAVOX_OBJECTS and VISAVOX_KEY_FILE are not set',
    action:
      'Start this step by the pipeline engine, or set both: the URL of the object store and its key file.',
  });
}

async function openPlain(url: string): Promise<ObjectStore> {
  if (URL.canParse(url) && new URL(url).protocol === 'file:')
    return FolderObjectStore.open(fileURLToPath(url));
  throw new UserError({
    kind: 'invalid',
    code: 'object_store_unsupported',
    message: `no object store can be opened at "${url}"`,
    action: 'Give the URL of a folder, such as file:///var/lib/visavox/objects.',
  });
}

function keyMissing(file: string): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'encryption_key_missing',
    message: `the object store is encrypted, and its key file ${file} is missing`,
    action: 'Restore the key file from the backup of the secrets.',
  });
}
