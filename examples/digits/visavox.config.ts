import { metricGate } from '@visavox/control/metric-gate';
import { newDatasetVersion } from '@visavox/control/triggers/new-dataset-version';
import { defineProject } from 'visavox/config';
import training from './pipeline.ts';

/** Handwritten digits: trained again when scans arrive, released when the model reads as well as the one before. */
export default defineProject({
  name: 'digits',
  models: {
    digits: {
      pipeline: training,
      dataset: 'scans',
      triggers: [newDatasetVersion('scans')],
      gate: metricGate({ accuracy: { better: 'higher', tolerance: 0.01, atLeast: 0.8 } }),
    },
  },
});
