import { component, pipeline } from '@visavox/pipelines/definition';

const train = component({
  name: 'train',
  environment: { requirements: 'requirements.txt' }, // made once, and pinned in each run
  env: { KERAS_BACKEND: 'torch', OMP_NUM_THREADS: '1' },
  sources: ['train.py', 'problem.py'], // what its result is known by: change these and it runs anew
  inputs: { data: 'dataset-version', epochs: 'integer', units: 'integer', rate: 'number' },
  outputs: { model: 'model', accuracy: 'number', loss: 'number' },
  command: ({ inputs, outputs }) => [
    ...['python', 'train.py', '--data', inputs.data.path, '--epochs', inputs.epochs],
    ...['--units', inputs.units, '--rate', inputs.rate, '--model', outputs.model.path],
    ...['--accuracy', outputs.accuracy.path, '--loss', outputs.loss.path],
  ],
});

/** What a training does: one step, its inputs and its outputs. */
export default pipeline(
  {
    name: '__NAME__',
    description: 'Trains a network and measures it.',
    parameters: {
      data: 'dataset-version',
      epochs: { type: 'integer', default: 40 },
      units: { type: 'integer', default: 16 },
      rate: { type: 'number', default: 0.01 },
    },
  },
  (p) => void p.task(train, p.parameters),
);
