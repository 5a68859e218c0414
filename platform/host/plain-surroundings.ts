import { join } from 'node:path';
import type { StepSurroundings } from './engine-resources.ts';

/** For a project that says nothing of it. */
export function plainSurroundings({ root, setup }: { root: string; setup: string }): StepSurroundings {
  return {
    path: [join(root, 'node_modules', '.bin'), join(setup, 'python', 'bin')],
    environment: { VISAVOX_SETUP: setup },
  };
}
