import { canonicalJson, type Digest } from '@visavox/core/digest';
import { SystemError, UserError } from '@visavox/core/errors';
import { type BundleManifest, bundleDigest, type ModelVersion } from '@visavox/core/model';
import { type ObjectStore, putBlob, readBlob } from '@visavox/core/object-store';
import type { ModelRegistry } from '@visavox/core/ports';

type File = BundleManifest['files'][number];

/** Registers files that are in the object store already as a version of the model `name`. The same files are one version. */
export async function registerFiles(
  {
    objects,
    registry,
  }: { readonly objects: ObjectStore; readonly registry: Pick<ModelRegistry, 'register'> },
  {
    name,
    files,
    measured = async () => ({}),
  }: {
    readonly name: string;
    readonly files: readonly File[];
    /** What the files say that was measured of the model. */
    readonly measured?: (bundle: Digest) => Promise<Readonly<Record<string, number>>>;
  },
): Promise<ModelVersion> {
  requireDistinct(files);
  for (const file of files) await requireWhole(objects, file);
  const manifest: BundleManifest = {
    ...{ format: 1, name, parent: null, properties: {} },
    files: [...files].sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
  await putBlob(objects, Buffer.from(canonicalJson(manifest)));
  const bundle = bundleDigest(manifest);
  const metrics = { ...(await measured(bundle)) };
  return registry.register({ name, bundle, run: null, metrics, trackingRun: null });
}

/** Also on disks that do not tell small letters from capital ones, and write accents in another form. */
function requireDistinct(files: readonly File[]): void {
  const known = new Map<string, string>();
  for (const { path } of files) {
    const folded = path.normalize('NFC').toLowerCase();
    const other = known.get(folded);
    known.set(folded, path);
    if (other === undefined) continue;
    throw new UserError({
      kind: 'invalid',
      code: 'paths_alike',
      message: `${other} and ${path} are one file on many disks`,
      action: 'Rename one of them; the model could not be written to a folder there.',
    });
  }
}

/** Damaged or missing bytes are said now rather than when the model is to serve. */
async function requireWhole(objects: ObjectStore, { path, digest, bytes }: File): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of readBlob(objects, digest, path)) size += chunk.length;
  } catch (cause) {
    const isLost =
      cause instanceof SystemError || (cause instanceof UserError && cause.code === 'object_missing');
    if (!isLost) throw cause;
    throw new UserError({
      kind: 'conflict',
      code: 'blobs_missing',
      message: `${path} has not been sent, or is damaged here`,
      action: `Put it to /api/v1/blobs/${digest}, then register the model again.`,
      cause,
    });
  }
  if (size === bytes) return;
  throw new UserError({
    kind: 'invalid',
    code: 'digest_mismatch',
    message: `${path} has ${size} bytes, and was said to have ${bytes}`,
    action: 'Send the files again: one of them changed while it was read.',
  });
}
