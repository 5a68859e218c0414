import { UserError } from '@visavox/core/errors';
import { ignoreFile } from './project-files.ts';

export interface SnapshotLimits {
  /** Of all files together. */
  readonly bytes: number;
  readonly files: number;
}

export const snapshotLimits: SnapshotLimits = { bytes: 500e6, files: 20_000 };

/** A blob is held in memory while it is sent. */
export const largestFile = 100e6;

/** The limits with the bytes that `VISAVOX_CODE_LIMIT` names: `800MB`, `2GB`. Throws a UserError where it names none. */
export function limitsFrom(environment: Readonly<Record<string, string | undefined>>): SnapshotLimits {
  const text = environment.VISAVOX_CODE_LIMIT;
  if (text === undefined || text === '') return snapshotLimits;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(text.trim()) ?? [];
  const factors: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
  const factor = factors[unit.toLowerCase()] ?? 1;
  if (number === undefined)
    throw new UserError({
      kind: 'invalid',
      code: 'code_limit_invalid',
      message: `VISAVOX_CODE_LIMIT is "${text}", which is no size.`,
      action: 'Give a size such as 800MB or 2GB.',
    });
  const bytes = Number(number) * factor;
  return { bytes, files: Math.max(snapshotLimits.files, Math.round((bytes / 500e6) * snapshotLimits.files)) };
}

/** Throws a UserError `code_too_large` that names what is largest. */
export function requireWithin(
  root: string,
  sizes: ReadonlyMap<string, number>,
  { limits, more }: { readonly limits: SnapshotLimits; readonly more: boolean },
): void {
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  if (total > limits.bytes)
    throw tooLarge(
      `The folder ${root} holds ${inUnits(total)}, more than the ${inUnits(limits.bytes)} that a run takes along as its code. Largest: ${largest(sizes, inUnits)}.`,
      limits,
    );
  if (more || sizes.size > limits.files)
    throw tooLarge(
      `The folder ${root} holds more than the ${limits.files} files that a run takes along as its code. Most of them: ${largest(new Map([...sizes].map(([path]) => [path, 1])), String)}.`,
      limits,
    );
  const big = [...sizes].find(([, size]) => size > largestFile);
  if (big)
    throw tooLarge(
      `${big[0]} has ${inUnits(big[1])}; a file of a run's code may have ${inUnits(largestFile)}.`,
      limits,
    );
}

function tooLarge(message: string, { bytes }: SnapshotLimits): UserError {
  return new UserError({
    kind: 'too-large',
    code: 'code_too_large',
    message,
    action: `Name what steps do not read in ${ignoreFile} (as in .gitignore), give data as a dataset ("visavox data import"), or allow more: VISAVOX_CODE_LIMIT=${Math.ceil((bytes * 4) / 1e9)}GB.`,
  });
}

/** The five largest files and folders; a folder is opened while one thing in it is nearly all of it. */
function largest(sizes: ReadonlyMap<string, number>, show: (size: number) => string): string {
  const sums = new Map<string, number>();
  for (const [path, size] of sizes) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end + 1);
      sums.set(folder, (sums.get(folder) ?? 0) + size);
    }
    sums.set(path, size);
  }
  const inside = (folder: string) =>
    [...sums].filter(
      ([path]) =>
        path !== folder &&
        path.startsWith(folder) &&
        !path.slice(folder.length).replace(/\/$/, '').includes('/'),
    );
  const opened = (path: string): string => {
    const [main] = inside(path).filter(([, size]) => size > 0.9 * (sums.get(path) ?? 0));
    return path.endsWith('/') && main ? opened(main[0]) : path;
  };
  return inside('')
    .sort(([, a], [, b]) => b - a)
    .slice(0, 5)
    .map(([path]) => opened(path))
    .map((path) => `${path} (${show(sums.get(path) ?? 0)})`)
    .join(', ');
}

export function inUnits(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(0)} MB`;
  return `${(bytes / 1e3).toFixed(0)} kB`;
}
