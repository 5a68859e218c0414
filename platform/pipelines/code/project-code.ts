import type { CodeReference } from '@visavox/core/code';
import type { ObjectStore } from '@visavox/core/object-store';
import type { LeftOut } from './left-out.ts';
import { takeSnapshot } from './snapshot.ts';
import type { SnapshotLimits } from './snapshot-limits.ts';
import { storeSnapshot } from './stored-code.ts';

/** The code of runs that bring none: the folder of the server's own project, as it is when such a run is submitted. */
export function projectCode({
  root,
  objects,
  cacheFile,
  limits,
  log,
}: {
  readonly root: string;
  readonly objects: ObjectStore;
  readonly cacheFile: string;
  readonly limits: SnapshotLimits;
  readonly log: (message: string) => void;
}): () => Promise<CodeReference> {
  let said = '';
  return async () => {
    const snapshot = await takeSnapshot(root, { limits, cacheFile });
    await storeSnapshot(objects, snapshot);
    const lines = describeLeftOut(snapshot.leftOut).join('; ');
    if (lines !== said) log(lines);
    said = lines;
    return { digest: snapshot.digest, origin: snapshot.origin };
  };
}

const shown = 10;

/** What is not taken along, for people. */
export function describeLeftOut(leftOut: readonly LeftOut[]): readonly string[] {
  const lines = leftOut.slice(0, shown).map(({ path, why }) => `not taken along: ${path}, because ${why}`);
  const rest = leftOut.length - shown;
  return rest > 0 ? [...lines, `and ${rest} more are not taken along`] : lines;
}
