import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hasOnnxRuntime, onnxRuntimeAction, requireOnnxRuntime } from './onnx-runtime.ts';

it('is there, or named as the manifest names it', () => {
  expect(hasOnnxRuntime()).toBe(true);
  expect(requireOnnxRuntime).not.toThrow();
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
  const { 'onnxruntime-node': version } = manifest.optionalDependencies;
  expect(onnxRuntimeAction).toContain(`onnxruntime-node@${version}`);
});
