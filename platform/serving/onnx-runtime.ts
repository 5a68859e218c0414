import nodeModule from 'node:module';
import { UserError } from '@visavox/core/errors';

/** How it gets there. Its own script fetches CUDA libraries, which nothing here uses, from another place. */
export const onnxRuntimeAction = 'Install it: npm install --ignore-scripts onnxruntime-node@1.30.0';

/** Whether models can be run on this machine. npm goes on without it where it cannot run its script. */
export function hasOnnxRuntime(): boolean {
  try {
    // Bundles have a `createRequire` of their own.
    nodeModule.createRequire(import.meta.url).resolve('onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}

/** Throws a UserError `onnxruntime_missing`. */
export function requireOnnxRuntime(): void {
  if (hasOnnxRuntime()) return;
  throw new UserError({
    kind: 'unavailable',
    code: 'onnxruntime_missing',
    message: 'models cannot be run here: the package onnxruntime-node is not installed',
    action: onnxRuntimeAction,
  });
}
