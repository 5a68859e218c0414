import type { BundleFiles } from '@visavox/core/bundle';
import { recogniserBundle } from '@visavox/recognition/bundle';
import { onnxFile } from '@visavox/serving/testing/onnx-file';
import { testBundle } from './test-bundle.ts';

const side = 150;
const dimension = 16;

/**
 * A published recogniser as an earlier version of the software had it: another face network, of the first alignment, and
 * fewer dimensions. The network is a stand-in (a projection of the pixels that takes everybody for everybody): nothing
 * of its age is set up any more.
 */
export async function olderBundle({ parent = null }: Partial<Pick<BundleFiles['manifest'], 'parent'>> = {}) {
  const { files } = await testBundle();
  const networks = new Map(files).set('face-backbone.onnx', projection()).set('face-head.onnx', unitLength());
  return recogniserBundle(networks, {
    calibration: {
      format: 2,
      face: { parts: [{ slope: 1 }], offset: 3, limit: 9 },
      voice: { parts: [{ slope: 40 }], offset: -32, limit: 9 },
      decision: { targetFmr: 1e-3, modalityFmr: 1e-2, face: 0, voice: 0, threshold: 4.6, stepUp: 2.3 },
      measured: { on: 'nothing', how: 'a stand-in', trials: {}, figures: {} },
    },
    parent,
  });
}

function projection(): Uint8Array {
  const rows = side * side * 3;
  // Each output is the mean of every sixteenth value.
  const data = new Float32Array(rows * dimension);
  for (let row = 0; row < rows; row++) data[row * dimension + (row % dimension)] = dimension / rows;
  return onnxFile({
    inputs: [{ name: 'image', datatype: 'FP32', shape: ['n', side, side, 3] }],
    outputs: [{ name: 'features', datatype: 'FP32', shape: ['n', dimension] }],
    nodes: [
      { operator: 'Flatten', inputs: ['image'], output: 'flat' },
      { operator: 'MatMul', inputs: ['flat', 'weights'], output: 'features' },
    ],
    weights: [{ name: 'weights', shape: [rows, dimension], data }],
  });
}

function unitLength(): Uint8Array {
  return onnxFile({
    inputs: [{ name: 'features', datatype: 'FP32', shape: ['n', dimension] }],
    outputs: [{ name: 'embedding', datatype: 'FP32', shape: ['n', dimension] }],
    nodes: [{ operator: 'LpNormalization', inputs: ['features'], output: 'embedding' }],
  });
}
