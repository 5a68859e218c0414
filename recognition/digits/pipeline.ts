import { component, pipeline } from '@visavox/pipelines/definition';

const image = 'visavox-step';
const sourcesOf = (module: string) => [
  `recognition/training/visavox_training/digit_training/${module}.py`,
  'recognition/training/visavox_training/digit_training/__init__.py',
];

const train = component({
  name: 'train-digits',
  ...{ image, access: { tracking: true } },
  sources: sourcesOf('__main__'),
  inputs: { speech: 'dataset-version', epochs: 'integer', copies: 'integer', seed: 'integer' },
  outputs: { weights: 'artifact', report: 'metrics' },
  resources: { cpu: 1, memory: '4Gi' },
  retries: 1,
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.digit_training', '--recordings', inputs.speech.path],
    ...['--epochs', inputs.epochs, '--copies', inputs.copies, '--seed', inputs.seed],
    ...['--out-weights', outputs.weights.path, '--metrics', outputs.report.path],
  ],
});

/** Fails where too much is heard wrong: then there is no card, and nothing to register. */
const evaluate = component({
  name: 'evaluate-digits',
  image,
  sources: sourcesOf('evaluate'),
  inputs: { speech: 'dataset-version', weights: 'artifact', limits: 'struct', seed: 'integer' },
  outputs: {
    figures: 'artifact',
    error_rate: 'number',
    error_rate_other_paces: 'number',
    error_rate_degraded: 'number',
  },
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.digit_training.evaluate', '--recordings', inputs.speech.path],
    ...['--weights', inputs.weights.path, '--limits', inputs.limits, '--seed', inputs.seed],
    ...['--figures', outputs.figures.path],
    ...['--error-rate', outputs.error_rate.path],
    ...['--error-rate-other-paces', outputs.error_rate_other_paces.path],
    ...['--error-rate-degraded', outputs.error_rate_degraded.path],
  ],
});

const card = component({
  name: 'card',
  image,
  sources: sourcesOf('card'),
  inputs: { speech: 'dataset-version', weights: 'artifact', report: 'metrics', figures: 'artifact' },
  outputs: { model: 'model' },
  // It names its run.
  cache: false,
  command: ({ inputs, outputs, runId }) => [
    ...['python', '-m', 'visavox_training.digit_training.card', '--run', runId],
    ...['--manifest', inputs.speech.manifest, '--weights', inputs.weights.path],
    ...['--report', inputs.report.path, '--figures', inputs.figures.path, '--out', outputs.model.path],
  ],
});

/** From a dataset version of spoken digits to the weights of a recogniser of them, with its model card. */
export default pipeline(
  {
    name: 'digit-recogniser',
    description:
      'Train on spoken digits, measure on people and paces that were not learned from, describe what came out.',
    parameters: {
      /** What `recognition-step voice-digits` makes: items with the labels `digits`, `person`, `split` and `pace`. */
      speech: 'dataset-version',
      epochs: { type: 'integer', default: 16 },
      copies: { type: 'integer', default: 3 },
      /** The largest shares of wrong digits that are let through, by pace, and `degraded`. */
      limits: { type: 'struct', default: { usual: 0.01, slow: 0.03, fast: 0.03, degraded: 0.03 } },
      seed: { type: 'integer', default: 1 },
    },
  },
  (p) => {
    const { speech, epochs, copies, limits, seed } = p.parameters;
    const { weights, report } = p.task(train, { speech, epochs, copies, seed }).outputs;
    const { figures } = p.task(evaluate, { speech, weights, limits, seed }).outputs;
    p.task(card, { speech, weights, report, figures });
  },
);
