import { component, pipeline } from '@visavox/pipelines/definition';

const environment = { requirements: 'requirements.txt' };

const draw = component({
  name: 'draw',
  environment,
  inputs: { scans: 'integer' },
  outputs: { scans: 'artifact' },
  command: ({ inputs, outputs }) => ['python', 'draw.py', inputs.scans, outputs.scans.path],
});

const train = component({
  name: 'train',
  environment,
  inputs: { scans: 'artifact', epochs: 'integer' },
  outputs: { model: 'model', accuracy: 'number' },
  command: ({ inputs, outputs }) => [
    ...['python', 'train.py', inputs.scans.path, inputs.epochs],
    ...[outputs.model.path, outputs.accuracy.path],
  ],
});

export default pipeline(
  {
    name: 'digits',
    parameters: { scans: { type: 'integer', default: 300 }, epochs: { type: 'integer', default: 20 } },
  },
  (p) => {
    const drawn = p.task(draw, { scans: p.parameters.scans });
    p.task(train, { scans: drawn.outputs.scans, epochs: p.parameters.epochs });
  },
);
