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
import { blobKey, getBlob, type ObjectStore, putBlob } from '@visavox/core/object-store';
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
  if (await objects.has(blobKey(snapshot.digest))) return;
  const left = [...new Set(snapshot.manifest.files.map(({ digest }) => digest))];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let digest = left.pop(); digest; digest = left.pop())
        if (!(await objects.has(blobKey(digest)))) await putBlob(objects, await snapshot.read(digest));
    }),
  );
  await putBlob(objects, encodeCode(snapshot.manifest));
}

/** Stores a manifest whose files are there already; returns those that are not, and then stores nothing. */
export async function storeManifest(
  objects: ObjectStore,
  manifest: CodeManifest,
): Promise<readonly Digest[]> {
  if (await objects.has(blobKey(codeDigest(manifest)))) return [];
  const left = [...new Set(manifest.files.map(({ digest }) => digest))];
  const missing: Digest[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let digest = left.pop(); digest; digest = left.pop())
        if (!(await objects.has(blobKey(digest)))) missing.push(digest);
    }),
  );
  if (missing.length === 0) await putBlob(objects, encodeCode(manifest));
  return missing.sort();
}

/** The manifest of a stored snapshot; undefined where there is none of this digest. */
export async function findCode(objects: ObjectStore, digest: Digest): Promise<CodeManifest | undefined> {
  if (digest === noCode.digest) return codeManifest([], []);
  if (!(await objects.has(blobKey(digest)))) return undefined;
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
