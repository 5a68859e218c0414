import { metricGate } from '@visavox/control/metric-gate';
import { defineProject } from 'visavox/config';
import training from './pipeline.ts';

/** The project: its models, what they are trained on, and what a version has to be to be released. */
export default defineProject({
  name: '__NAME__',
  models: {
    __NAME__: {
      pipeline: training,
      dataset: '__NAME__',
      // Releases go from the first to the last one, by hand: visavox release propose __NAME__:1 --to test
      environments: [
        'test',
        // What has served in test, and is accepted by a command that is run beside it.
        { name: 'production', after: 'test', accept: ['python', 'accept.py'] },
      ],
      // When it trains by itself: newDatasetVersion('__NAME__') of @visavox/control/triggers/new-dataset-version, or schedule(...)
      triggers: [],
      gate: metricGate({ accuracy: { better: 'higher', tolerance: 0.01, atLeast: 0.8 } }),
    },
  },
});
