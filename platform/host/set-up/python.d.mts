import type { SetUpStep } from './steps.mjs';

/** The first Python of at least 3.11 on the PATH, with its whole version; the variable PYTHON names one that comes before. */
export function findPython(): { readonly command: string; readonly version: string } | undefined;
/** The step that makes the Python environment. `folder`: where set-up puts what it makes. */
export function pythonStep(folder: string): SetUpStep;
