import type { CodeFile, CodeManifest } from '@visavox/core/code';
import { diffDatasets } from '@visavox/core/dataset';
import type { Digest } from '@visavox/core/digest';
import { getBlob, type ObjectStore } from '@visavox/core/object-store';
import type { DatasetStore } from '@visavox/core/ports';
import type { RunRecord, TaskRecord } from '@visavox/core/run';
import { findCode } from '@visavox/pipelines/code/stored-code';
import { createTwoFilesPatch } from 'diff';
import type { z } from 'zod';
import type { RunDifference } from './schemas.ts';

const mostBytesOfFile = 256 * 1024;
const mostBytesOfPatches = 1024 * 1024;

type Difference = z.infer<typeof RunDifference>;

interface Resources {
  readonly objects: ObjectStore;
  readonly datasets: Pick<DatasetStore, 'get'>;
}

/** What one run was made from that another was not: files of its code, packages of its tasks, items of its datasets. */
export async function runDifference(
  { objects, datasets }: Resources,
  before: RunRecord,
  after: RunRecord,
): Promise<Difference> {
  return {
    ...{ from: before.id, to: after.id },
    code: await codeDifference(objects, before.pins.code, after.pins.code),
    packages: packageDifference(before.tasks, after.tasks),
    datasets: await datasetDifference(datasets, before.pins.datasets, after.pins.datasets),
  };
}

async function codeDifference(
  objects: ObjectStore,
  before: Digest,
  after: Digest,
): Promise<Difference['code']> {
  if (before === after) return { added: [], removed: [], changed: [] };
  const [old, now] = await Promise.all([findCode(objects, before), findCode(objects, after)]);
  // Code in an image of a cluster is known by its digest alone.
  if (!old || !now) return null;
  const [was, is] = [byPath(old), byPath(now)];
  const changed: { path: string; patch: string | null }[] = [];
  let left = mostBytesOfPatches;
  for (const [path, file] of is) {
    const earlier = was.get(path);
    if (!earlier || (earlier.digest === file.digest && earlier.executable === file.executable)) continue;
    const patch = left > 0 ? await patchOf(objects, earlier, file) : null;
    left -= patch?.length ?? 0;
    changed.push({ path, patch });
  }
  return {
    added: [...is.keys()].filter((path) => !was.has(path)),
    removed: [...was.keys()].filter((path) => !is.has(path)),
    changed,
  };
}

const byPath = ({ files }: CodeManifest) => new Map(files.map((file) => [file.path, file]));

/** A unified diff; null where a file is large, or no text. */
async function patchOf(objects: ObjectStore, before: CodeFile, after: CodeFile): Promise<string | null> {
  if (Math.max(before.bytes, after.bytes) > mostBytesOfFile) return null;
  const [old, now] = await Promise.all([textOf(objects, before), textOf(objects, after)]);
  if (old === undefined || now === undefined) return null;
  return createTwoFilesPatch(before.path, after.path, old, now, '', '', { context: 2 });
}

async function textOf(objects: ObjectStore, { digest }: CodeFile): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await getBlob(objects, digest));
  } catch {
    return undefined;
  }
}

function packageDifference(before: readonly TaskRecord[], after: readonly TaskRecord[]) {
  const earlier = new Map(before.map((task) => [task.name, packagesOf(task)]));
  return after.flatMap((task) => {
    const [old, now] = [earlier.get(task.name), packagesOf(task)];
    if (!old) return [];
    return [...new Set([...old.keys(), ...now.keys()])]
      .filter((name) => old.get(name) !== now.get(name))
      .map((name) => ({
        ...{ task: task.name, name },
        ...{ before: old.get(name) ?? null, after: now.get(name) ?? null },
      }));
  });
}

/** Versions by package. */
function packagesOf({ environment }: TaskRecord): ReadonlyMap<string, string> {
  return new Map(
    (environment?.packages ?? []).map((pinned) => {
      const [name = pinned, version = ''] = pinned.split('==');
      return [name, version];
    }),
  );
}

/** Of the versions of a dataset that each run had another one of. */
async function datasetDifference(
  store: Resources['datasets'],
  before: readonly Digest[],
  after: readonly Digest[],
): Promise<Difference['datasets']> {
  const manifests = async (digests: readonly Digest[], others: readonly Digest[]) =>
    Promise.all(
      digests.filter((digest) => !others.includes(digest)).map(async (digest) => await store.get(digest)),
    );
  const [old, now] = await Promise.all([manifests(before, after), manifests(after, before)]);
  const names = [...new Set([...old, ...now].map(({ manifest }) => manifest.name))];
  return names.map((name) => {
    const empty = { format: 1 as const, name, items: [] };
    const was = old.find(({ manifest }) => manifest.name === name);
    const is = now.find(({ manifest }) => manifest.name === name);
    const { added, removed, changed } = diffDatasets(was?.manifest ?? empty, is?.manifest ?? empty);
    return {
      ...{ name, before: was?.digest ?? null, after: is?.digest ?? null },
      ...{ added: added.length, removed: removed.length, changed: changed.length },
    };
  });
}
