import { component, pipeline } from '@visavox/pipelines/definition';

const measure = component({
  name: 'measure',
  sources: ['step.py'],
  inputs: { word: 'string' },
  outputs: { letters: 'integer' },
  command: ({ inputs, outputs }) => ['python', 'step.py', inputs.word, outputs.letters.path],
});

/** A pipeline of one step. */
export default pipeline(
  { name: '__NAME__', parameters: { word: { type: 'string', default: 'hello' } } },
  (p) => void p.task(measure, p.parameters),
);
