import { join, resolve } from 'node:path';
import type { BundleFiles } from '@visavox/core/bundle';
import { publishedBundle, recogniserBundle } from '@visavox/recognition/bundle';

const setup = process.env.VISAVOX_SETUP ?? resolve(import.meta.dirname, '../../../.visavox/setup');

/**
 * The published networks with a calibration for synthetic people, whom the published one was not measured on.
 * Another `variation` is another bundle, hence another contract; a `threshold` out of reach refuses everybody; `copies` are what its templates are made of besides.
 */
export async function testBundle(
  variation = 0,
  { copies = false, threshold = 6.9 } = {},
): Promise<BundleFiles> {
  const { manifest, files } = await publishedBundle(join(setup, 'networks'));
  return recogniserBundle(files, {
    calibration: {
      format: 2,
      face: { parts: [{ slope: 70 }], offset: -58 - variation / 1000, limit: 9, copies },
      voice: { parts: [{ slope: 40 }], offset: -30, limit: 9, copies, apart: copies },
      decision: { targetFmr: 1e-3, modalityFmr: 1e-2, face: 0, voice: 0, threshold, stepUp: 4.6 },
      measured: { on: 'synthetic people', how: 'by eye', trials: {}, figures: {} },
    },
    parent: null,
    backbones: manifest.properties.backbones,
  });
}
