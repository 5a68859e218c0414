import type { Dirent } from 'node:fs';

/** Something of the folder that a snapshot does not hold, and why. */
export interface LeftOut {
  readonly path: string;
  readonly why: string;
}

const never = new Set([
  ...['.git', 'node_modules', '.visavox', '.venv', 'venv'],
  ...['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.ipynb_checkpoints', '.DS_Store'],
]);

/** What tools make of a project, by its name: taken only where git tracks it. */
export function isNeverTaken(name: string): boolean {
  return never.has(name);
}

/** What is neither file, folder nor link. */
export function kindOf(entry: Dirent): string {
  if (entry.isSocket()) return 'a socket';
  if (entry.isFIFO()) return 'a FIFO';
  return 'a device';
}
