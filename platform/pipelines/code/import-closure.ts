import type { CodeManifest } from '@visavox/core/code';
import type { Closure } from './closure.ts';
import { pythonClosures } from './python-closure.ts';
import { languageOf } from './sources.ts';
import { typescriptClosures } from './typescript-closure.ts';

export interface ClosureOptions {
  /** Paths of files in the snapshot. */
  readonly entries: readonly string[];
  readonly manifest: CodeManifest;
  /** Where Python is looked for. */
  readonly path: string | undefined;
}

/**
 * By entry: what it imports from the snapshot, directly or not, and the files that it names in a string. Packages that
 * are installed belong to the environment and are not followed.
 */
export async function importClosures(
  folder: string,
  { entries, manifest, path }: ClosureOptions,
): Promise<ReadonlyMap<string, Closure>> {
  const inLanguage = (language: ReturnType<typeof languageOf>) =>
    entries.filter((entry) => languageOf(entry) === language);
  const known = new Set([...manifest.files, ...manifest.links].map((file) => file.path));
  const [typescript, python] = await Promise.all([
    typescriptClosures(folder, inLanguage('typescript'), known),
    pythonClosures(folder, inLanguage('python'), path),
  ]);
  return new Map([...typescript, ...python]);
}
