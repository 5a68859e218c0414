import { join } from 'node:path';

/** Where a step of a pipeline finds its programs and modules when it runs on this machine. */
export function stepSurroundings({ root, setup }: { readonly root: string; readonly setup: string }): {
  readonly path: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
} {
  return {
    path: [join(root, 'node_modules', '.bin'), join(setup, 'python', 'bin')],
    environment: {
      VISAVOX_SETUP: setup,
      PYTHONPATH: join(root, 'recognition', 'training'),
      KERAS_BACKEND: 'torch',
    },
  };
}
