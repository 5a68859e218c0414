import { component, pipeline } from '@visavox/pipelines/definition';

const train = component({
  name: 'train',
  environment: { requirements: 'requirements.txt' },
  env: { KERAS_BACKEND: 'torch', OMP_NUM_THREADS: '1' },
  sources: ['train.py'],
  inputs: { scans: 'dataset-version', epochs: 'integer' },
  outputs: { model: 'model', accuracy: 'number', loss: 'number' },
  command: ({ inputs, outputs }) => [
    ...['python', 'train.py', '--scans', inputs.scans.path, '--epochs', inputs.epochs],
    ...['--model', outputs.model.path, '--accuracy', outputs.accuracy.path, '--loss', outputs.loss.path],
  ],
});

export default pipeline(
  {
    name: 'digits',
    description: 'Reads handwritten digits.',
    parameters: { scans: 'dataset-version', epochs: { type: 'integer', default: 20 } },
  },
  (p) => void p.task(train, p.parameters),
);
