import { component, pipeline } from '@visavox/pipelines/definition';

const image = 'visavox-step';
const sourcesOf = (module: string) => [`recognition/training/visavox_training/${module}.py`];

/** Speech by rule: of voices that do not exist, in every language that the synthesiser has. */
const speak = component({
  name: 'speak',
  image,
  sources: sourcesOf('voice_network/speech'),
  environment: { packages: ['espeakng-loader==0.2.4', 'numpy>=2,<3', 'safetensors>=0.5,<1'] },
  inputs: { voices: 'integer', seed: 'integer' },
  outputs: { recordings: 'dataset', made_by: 'artifact' },
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.voice_network.speech'],
    ...['--voices', inputs.voices, '--seed', inputs.seed],
    ...['--out', outputs.recordings.path, '--card', outputs.made_by.path],
  ],
});

const train = component({
  name: 'train',
  ...{ image, access: { tracking: true } },
  sources: sourcesOf('fine_tuning/__main__'),
  inputs: { recordings: 'dataset', epochs: 'integer', steps: 'integer', pieces: 'integer', seed: 'integer' },
  outputs: { adapter: 'model', report: 'metrics' },
  resources: { memory: '8Gi' },
  retries: 1,
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.fine_tuning', '--recordings', inputs.recordings.path],
    ...['--epochs', inputs.epochs, '--patience', inputs.epochs, '--steps', inputs.steps],
    ...['--pieces', inputs.pieces, '--seconds', '2', '--judged', '240', '--seed', inputs.seed],
    ...['--out-adapter', outputs.adapter.path, '--metrics', outputs.report.path],
  ],
});

/** Fails where too little is gained over lines, or too much is lost in clear: then there is no card, and nothing to register. */
const evaluate = component({
  name: 'evaluate',
  image,
  sources: sourcesOf('voice_network/evaluate'),
  inputs: { recordings: 'dataset', adapter: 'model', limits: 'struct', seed: 'integer' },
  outputs: { figures: 'artifact' },
  resources: { memory: '4Gi' },
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.voice_network.evaluate', '--recordings', inputs.recordings.path],
    ...['--adapter', inputs.adapter.path, '--limits', inputs.limits, '--seed', inputs.seed],
    ...['--figures', outputs.figures.path],
  ],
});

const card = component({
  name: 'card',
  image,
  sources: sourcesOf('voice_network/card'),
  inputs: {
    recordings: 'dataset',
    made_by: 'artifact',
    adapter: 'model',
    report: 'metrics',
    figures: 'artifact',
  },
  outputs: { model: 'model' },
  // It names its run.
  cache: false,
  command: ({ inputs, outputs, runId }) => [
    ...['python', '-m', 'visavox_training.voice_network.card', '--run', runId],
    ...['--recordings', inputs.recordings.path, '--speech', inputs.made_by.path],
    ...['--adapter', inputs.adapter.path, '--report', inputs.report.path],
    ...['--figures', inputs.figures.path, '--out', outputs.model.path],
  ],
});

/** What the published voice network learns about bad lines before anybody has enrolled, with its model card. */
export default pipeline(
  {
    name: 'voice-network',
    description:
      'Synthesise speech, teach the published voice network bad lines by it, measure on voices that were not learned from, describe what came out.',
    parameters: {
      voices: { type: 'integer', default: 1200 },
      epochs: { type: 'integer', default: 4 },
      /** Batches in an epoch. */
      steps: { type: 'integer', default: 50 },
      pieces: { type: 'integer', default: 2400 },
      /** The largest shares of the published network's min Cllr that may be left. */
      limits: { type: 'struct', default: { degraded: 0.7, clear: 1.1 } },
      seed: { type: 'integer', default: 1 },
    },
  },
  (p) => {
    const { voices, epochs, steps, pieces, limits, seed } = p.parameters;
    const { recordings, made_by } = p.task(speak, { voices, seed }).outputs;
    const { adapter, report } = p.task(train, { recordings, epochs, steps, pieces, seed }).outputs;
    const { figures } = p.task(evaluate, { recordings, adapter, limits, seed }).outputs;
    p.task(card, { recordings, made_by, adapter, report, figures });
  },
);
