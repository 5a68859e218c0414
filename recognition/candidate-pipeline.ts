import { component, pipeline } from '@visavox/pipelines/definition';
import {
  evaluateCommand,
  evaluation,
  kerasModel,
  register,
  reportCommand,
  reporting,
  sourcesOf,
  validate,
} from './components.ts';
import { embedded } from './training-graph.ts';

const image = 'visavox-step';

/** Both heads as a run of training makes them, out of the Keras model that somebody handed in. */
const takeHeads = component({
  name: 'take-heads',
  image,
  sources: ['recognition/training/visavox_training/keras_heads.py'],
  inputs: { heads: 'dataset', dimensions: 'struct' },
  outputs: { face_head: 'model', voice_head: 'model', face_weights: 'model', voice_weights: 'model' },
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.keras_heads'],
    ...['--model', inputs.heads.path, '--dimensions', inputs.dimensions],
    ...['--face-head', outputs.face_head.path, '--voice-head', outputs.voice_head.path],
    ...['--face-weights', outputs.face_weights.path, '--voice-weights', outputs.voice_weights.path],
  ],
});

const calibrateCandidate = component({
  name: 'calibrate',
  ...{ image, access: { objects: true } },
  sources: sourcesOf('calibrate-candidate'),
  inputs: {
    dataset: 'string',
    champion: 'string',
    face_features: 'dataset',
    voice_features: 'dataset',
    face_head: 'model',
    voice_head: 'model',
  },
  outputs: { calibration: 'artifact' },
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'calibrate-candidate',
    ...['--dataset', inputs.dataset, '--champion', inputs.champion],
    ...['--face-features', inputs.face_features.path, '--voice-features', inputs.voice_features.path],
    ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
    ...['--calibration', outputs.calibration.path],
  ],
});

/** Judged on those alone who are held out for good. */
const evaluateHeldOut = component({ ...evaluation, command: evaluateCommand });
const reportHeldOut = component({ ...reporting, command: reportCommand });

/** Heads that somebody trained by hand, judged against the champion on the people whom nobody may learn from. */
export const candidatePipeline = pipeline(
  {
    name: 'candidate',
    description:
      'Take both heads out of a Keras model, embed, calibrate and compare on people held out for good, register.',
    parameters: {
      /** A dataset version with one .keras file in it. */
      heads: 'dataset-version',
      /** How many features the champion has of each modality: `{ face, voice }`. */
      dimensions: 'struct',
      dataset: 'string',
      champion: 'string',
      seed: { type: 'integer', default: 1 },
    },
  },
  (p) => {
    const { heads: given, dimensions, dataset, champion, seed } = p.parameters;
    const { face_head, voice_head, ...weights } = p.task(takeHeads, { heads: given, dimensions }).outputs;
    const heads = { face_head, voice_head };
    const { manifest, summary, shards } = p.task(validate, { dataset, shards: 0 }).outputs;
    const { face_features, voice_features } = embedded(p, { manifest, shards, champion });
    const features = { face_features, voice_features };
    const { calibration } = p.task(calibrateCandidate, {
      ...{ dataset, champion },
      ...features,
      ...heads,
    }).outputs;
    const { comparison } = p.task(evaluateHeldOut, {
      champion,
      ...features,
      ...heads,
      ...{ calibration, seed },
    }).outputs;
    const { keras } = p.task(kerasModel, {
      face_head: weights.face_weights,
      voice_head: weights.voice_weights,
    }).outputs;
    const { model } = p.task(register, {
      ...{ champion, ...heads, ...weights },
      ...{ keras, calibration, comparison },
    }).outputs;
    p.task(reportHeldOut, {
      ...{ manifest, summary, dataset, model, comparison },
      ...features,
      ...heads,
      ...{ calibration, seed },
    });
  },
);
