import type { BundleFiles } from '@visavox/core/bundle';
import { canonicalJson, type Digest, digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { bundleDigest } from '@visavox/core/model';
import type { ObjectStore } from '@visavox/core/object-store';
import { manifestFile } from './models/model-folder.ts';

/**
 * Writes a bundle below `prefix` as the folder that the model server reads, for `storageUri: s3://BUCKET/PREFIX`.
 * The manifest comes last: where it is, the bundle is whole. May be repeated.
 */
export async function publishBundle(
  objects: Pick<ObjectStore, 'put'>,
  prefix: string,
  bundle: BundleFiles,
): Promise<Digest> {
  for (const { path, digest } of bundle.manifest.files) {
    const bytes = bundle.files.get(path);
    if (!bytes) throw new SystemError(`the bundle names a file ${path} that is not there`);
    const actual = digestOf(bytes);
    if (actual !== digest) throw new SystemError(`${path} has digest ${actual}, its manifest says ${digest}`);
    await objects.put(`${prefix}/${path}`, bytes);
  }
  await objects.put(`${prefix}/${manifestFile}`, Buffer.from(canonicalJson(bundle.manifest)));
  return bundleDigest(bundle.manifest);
}

/** Whether it is there as a whole. */
export function isPublished(objects: Pick<ObjectStore, 'has'>, prefix: string): Promise<boolean> {
  return objects.has(`${prefix}/${manifestFile}`);
}
