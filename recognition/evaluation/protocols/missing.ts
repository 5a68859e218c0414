import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@visavox/core/errors';

const LANES = 32;

/** Which of these recordings are not below the folder. */
export async function missingOf(items: readonly string[], root: string): Promise<ReadonlySet<string>> {
  const missing = new Set<string>();
  let next = 0;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      const found = await stat(join(root, item)).catch(() => null);
      if (!found?.isFile()) missing.add(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return missing;
}

export function recordingsMissing(
  missing: ReadonlySet<string>,
  { listed, root }: { listed: number; root: string },
): UserError {
  const [first = ''] = [...missing].sort();
  return new UserError({
    kind: 'not-found',
    code: 'recordings_missing',
    message: `${missing.size} of the ${listed} recordings that the lists name are not below ${root}; the first is ${first}.`,
    action:
      'Name the folder that the paths of the lists start from with --root, or leave out their trials with --allow-missing: that is no longer the published protocol.',
  });
}
