import { component, pipeline } from '@visavox/pipelines/definition';

const environment = { packageLock: 'package-lock.json' };

const count = component({
  name: 'count',
  environment,
  inputs: { least: 'integer' },
  outputs: { counts: 'artifact' },
  command: ({ inputs, outputs }) => ['node', 'count.mjs', inputs.least, outputs.counts.path],
});

const weigh = component({
  name: 'weigh',
  environment,
  inputs: { counts: 'artifact' },
  outputs: { model: 'model', words: 'integer' },
  command: ({ inputs, outputs }) => [
    ...['node', 'weigh.mjs', inputs.counts.path],
    ...[outputs.model.path, outputs.words.path],
  ],
});

export default pipeline({ name: 'words', parameters: { least: { type: 'integer', default: 1 } } }, (p) => {
  const counted = p.task(count, { least: p.parameters.least });
  p.task(weigh, { counts: counted.outputs.counts });
});
