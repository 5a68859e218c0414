import { canonicalJson, type Digest } from './digest.ts';
import { SystemError } from './errors.ts';
import { BundleManifest, bundleDigest } from './model.ts';
import { getBlob, type ObjectStore, putBlob } from './object-store.ts';

export interface BundleFiles {
  readonly manifest: BundleManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A bundle's files and its manifest as blobs; the manifest's digest is the bundle's name. */
export async function putBundle(objects: ObjectStore, bundle: BundleFiles): Promise<Digest> {
  for (const { path, digest } of bundle.manifest.files) {
    const bytes = bundle.files.get(path);
    if (!bytes) throw new SystemError(`the bundle names a file ${path} that is not there`);
    const actual = await putBlob(objects, bytes);
    if (actual !== digest) throw new SystemError(`${path} has digest ${actual}, its manifest says ${digest}`);
  }
  await putBlob(objects, Buffer.from(canonicalJson(bundle.manifest)));
  return bundleDigest(bundle.manifest);
}

export async function getManifest(objects: ObjectStore, digest: Digest): Promise<BundleManifest> {
  return BundleManifest.parse(JSON.parse(Buffer.from(await getBlob(objects, digest)).toString('utf8')));
}

/** Every byte is checked against its digest. */
export async function getBundle(objects: ObjectStore, digest: Digest): Promise<BundleFiles> {
  const manifest = await getManifest(objects, digest);
  const files = new Map<string, Uint8Array>();
  for (const file of manifest.files) files.set(file.path, await getBlob(objects, file.digest));
  return { manifest, files };
}
