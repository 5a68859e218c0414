import { canonicalJson, type Digest, digestOf } from '@visavox/core/digest';
import { SystemError } from '@visavox/core/errors';
import { type BundleManifest, bundleDigest } from '@visavox/core/model';
import { type Content, type ObjectStore, requireDigest } from '@visavox/core/object-store';
import { manifestFile } from './models/model-folder.ts';

/** A bundle whose files may be streams, each read once. */
export interface PublishableBundle {
  readonly manifest: BundleManifest;
  readonly files: { get(path: string): Content | undefined };
}

/**
 * Writes a bundle below `prefix` as the folder that the model server reads, for `storageUri: s3://BUCKET/PREFIX`.
 * The manifest comes last: where it is, the bundle is whole. May be repeated.
 */
export async function publishBundle(
  objects: Pick<ObjectStore, 'put'>,
  prefix: string,
  bundle: PublishableBundle,
): Promise<Digest> {
  for (const { path, digest } of bundle.manifest.files) {
    const content = bundle.files.get(path);
    if (!content) throw new SystemError(`the bundle names a file ${path} that is not there`);
    const key = `${prefix}/${path}`;
    if (!(content instanceof Uint8Array)) {
      await objects.put(key, requireDigest(digest, content));
      continue;
    }
    const actual = digestOf(content);
    if (actual !== digest) throw new SystemError(`${path} has digest ${actual}, its manifest says ${digest}`);
    await objects.put(key, content);
  }
  await objects.put(`${prefix}/${manifestFile}`, Buffer.from(canonicalJson(bundle.manifest)));
  return bundleDigest(bundle.manifest);
}

/** Whether it is there as a whole. */
export function isPublished(objects: Pick<ObjectStore, 'has'>, prefix: string): Promise<boolean> {
  return objects.has(`${prefix}/${manifestFile}`);
}
