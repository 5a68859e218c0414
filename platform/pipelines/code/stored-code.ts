import {
  CodeManifest,
  type CodeReference,
  codeDigest,
  codeManifest,
  encodeCode,
  unknownOrigin,
} from '@visavox/core/code';
import { type Digest, shortDigest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import {
  blobKey,
  blobPresence,
  damagedBlobs,
  getBlob,
  hasBlob,
  type ObjectStore,
  putBlob,
} from '@visavox/core/object-store';
import type { RunRecord } from '@visavox/core/run';
import type { Snapshot } from './snapshot.ts';

const atOnce = 8;

/** The code of a pipeline whose commands need none. */
export const noCode: CodeReference = { digest: codeDigest(codeManifest([], [])), origin: unknownOrigin };

/** Stores a snapshot: its files first, then its manifest, so that a manifest that is there is whole. */
export async function storeSnapshot(
  objects: ObjectStore,
  snapshot: Pick<Snapshot, 'digest' | 'manifest' | 'read'>,
): Promise<void> {
  const missing = await missingFiles(objects, snapshot.manifest);
  await someAtOnce(missing, async (digest) => void (await putBlob(objects, await snapshot.read(digest))));
  await putBlob(objects, encodeCode(snapshot.manifest));
}

/** Stores a manifest whose files are there already; returns those that are not, and then stores nothing. */
export async function storeManifest(
  objects: ObjectStore,
  manifest: CodeManifest,
): Promise<readonly Digest[]> {
  const missing = await missingFiles(objects, manifest);
  if (missing.length === 0) await putBlob(objects, encodeCode(manifest));
  return missing;
}

/** Files that are not there or are damaged. Each is looked for only where the manifest, which comes last, is not there. */
async function missingFiles(objects: ObjectStore, manifest: CodeManifest): Promise<Digest[]> {
  const files = [...new Set(manifest.files.map(({ digest }) => digest))];
  if (await objects.has(blobKey(codeDigest(manifest)))) return files.filter(await damagedBlobs(objects));
  const isThere = await blobPresence(objects);
  const missing: Digest[] = [];
  await someAtOnce(files, async (digest) => {
    if (!(await isThere(digest))) missing.push(digest);
  });
  return missing.sort();
}

async function someAtOnce(
  digests: readonly Digest[],
  work: (digest: Digest) => Promise<void>,
): Promise<void> {
  const left = [...digests];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let digest = left.pop(); digest; digest = left.pop()) await work(digest);
    }),
  );
}

/** The manifest of a stored snapshot; undefined where there is none of this digest. */
export async function findCode(objects: ObjectStore, digest: Digest): Promise<CodeManifest | undefined> {
  if (digest === noCode.digest) return codeManifest([], []);
  if (!(await hasBlob(objects, digest))) return undefined;
  const text = new TextDecoder().decode(await getBlob(objects, digest));
  return CodeManifest.safeParse(parseJson(text)).data;
}

/** The same; throws a UserError `code_missing` where there is none. */
export async function requireCode(objects: ObjectStore, digest: Digest): Promise<CodeManifest> {
  const found = await findCode(objects, digest);
  if (found) return found;
  throw new UserError({
    kind: 'not-found',
    code: 'code_missing',
    message: `The code ${digest} is not kept here.`,
    action: 'Send it first ("visavox run" does), or run the pipeline anew with the code of today.',
  });
}

/**
 * The code that reproduces a run. Undefined for what another engine ran, such as in images of a cluster, which hold theirs. Throws a UserError
 * `code_not_kept` where the run was made before code was kept.
 */
export async function codeOf(
  run: Pick<RunRecord, 'id' | 'engine' | 'pins' | 'origin'>,
  objects: ObjectStore,
): Promise<CodeReference | undefined> {
  const { code: digest } = run.pins;
  if (await findCode(objects, digest)) return { digest, origin: run.origin ?? unknownOrigin };
  if (run.engine !== 'local') return undefined;
  throw new UserError({
    kind: 'gone',
    code: 'code_not_kept',
    message: `The code of run ${run.id} (${shortDigest(digest)}) is not kept, so that it cannot be run again.`,
    action: 'Run its pipeline anew with the code of today, and compare the two: "visavox runs compare".',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
