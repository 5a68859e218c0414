import type { Placeholders } from '@visavox/pipelines/component';
import { component } from '@visavox/pipelines/definition';

const image = 'visavox-step';
/** Recordings and bundles are read by their digests, and features are kept beside them. */
const access = { objects: true };
/** What they find out belongs beside the model in the registry as well. */
const registryAccess = { objects: true, tracking: true };
/** A step's program is its own, and all that it imports. */
export const sourcesOf = (step: string) => [`recognition/steps/${step}.ts`, 'recognition/bin/*.mjs'];
/** How many processes or pods embed side by side, at most; 0: as many as the recordings are worth. Results do not depend on it. */
export const shards = { type: 'integer', default: 0 } as const;

export const validate = component({
  name: 'validate',
  ...{ image, access },
  sources: sourcesOf('validate'),
  inputs: { dataset: 'string', shards: 'integer' },
  outputs: { manifest: 'dataset', summary: 'struct', shards: 'list' },
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'validate',
    ...['--dataset', inputs.dataset, '--most-shards', inputs.shards],
    ...['--manifest', outputs.manifest.path],
    ...['--summary', outputs.summary.path, '--shards', outputs.shards.path],
  ],
});

const embedInputs = { manifest: 'dataset', champion: 'string', shard: 'integer', shards: 'list' } as const;
const embedOutputs = { face: 'dataset', voice: 'dataset', counts: 'struct' } as const;

const embedCommand = ({
  inputs,
  outputs,
}: Placeholders<typeof embedInputs, typeof embedOutputs>): string[] => [
  'recognition-step',
  'embed',
  ...['--manifest', inputs.manifest.path],
  ...['--champion', inputs.champion],
  ...['--shard', inputs.shard, '--shards', inputs.shards],
  ...['--face-features', outputs.face.path, '--voice-features', outputs.voice.path],
  ...['--counts', outputs.counts.path],
];

export const embed = component({
  name: 'embed-shard',
  ...{ image, access },
  sources: sourcesOf('embed'),
  inputs: embedInputs,
  outputs: embedOutputs,
  retries: 1,
  command: embedCommand,
});

/** The same under a bundle of which some networks have embedded everything already, in another bundle: those are left out. */
export const embedOther = component({
  name: 'embed-shard',
  ...{ image, access },
  sources: sourcesOf('embed'),
  inputs: { ...embedInputs, known: 'string' },
  outputs: embedOutputs,
  retries: 1,
  command: (given) => [...embedCommand(given), ...['--known', given.inputs.known]],
});

const gatherInputs = { face: 'dataset[]', voice: 'dataset[]', champion: 'string' } as const;
const gatherOutputs = {
  face_features: 'dataset',
  voice_features: 'dataset',
  face_head: 'model',
  voice_head: 'model',
  /** Safetensors; the heads once more where the champion's bundle has none. */
  face_weights: 'model',
  voice_weights: 'model',
} as const;

const gatherCommand = ({
  inputs,
  outputs,
}: Placeholders<typeof gatherInputs, typeof gatherOutputs>): string[] => [
  'recognition-step',
  'gather',
  ...['--champion', inputs.champion],
  ...['--face-shards', inputs.face, '--voice-shards', inputs.voice],
  ...['--face-features', outputs.face_features.path, '--voice-features', outputs.voice_features.path],
  ...['--face-head', outputs.face_head.path, '--voice-head', outputs.voice_head.path],
  ...['--face-weights', outputs.face_weights.path, '--voice-weights', outputs.voice_weights.path],
];

export const gather = component({
  name: 'gather',
  ...{ image, access },
  sources: sourcesOf('gather'),
  inputs: gatherInputs,
  outputs: gatherOutputs,
  command: gatherCommand,
});

/** Takes what was left out from the features of the other bundle. */
export const gatherOther = component({
  name: 'gather',
  ...{ image, access },
  sources: sourcesOf('gather'),
  inputs: { ...gatherInputs, known: 'string', known_face: 'dataset', known_voice: 'dataset' },
  outputs: gatherOutputs,
  command: (given) => [
    ...gatherCommand(given),
    ...['--known', given.inputs.known],
    ...['--known-face', given.inputs.known_face.path, '--known-voice', given.inputs.known_voice.path],
  ],
});

/** The champion with its voice network fine-tuned, or the champion itself. */
export const fineTuneVoice = component({
  name: 'fine-tune-voice',
  ...{ image, access: registryAccess },
  sources: [...sourcesOf('fine-tune-voice'), 'recognition/training/visavox_training/fine_tuning/__main__.py'],
  inputs: { manifest: 'dataset', champion: 'string', network: 'string', seed: 'integer' },
  outputs: { base: 'string', report: 'metrics' },
  // Activations of a batch, for the gradients.
  resources: { memory: '4Gi' },
  retries: 1,
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'fine-tune-voice',
    ...['--manifest', inputs.manifest.path, '--champion', inputs.champion],
    ...['--network', inputs.network, '--seed', inputs.seed],
    ...['--base', outputs.base.path, '--report', outputs.report.path],
  ],
});

export const trainHead = (modality: 'face' | 'voice') =>
  component({
    name: `train-${modality}`,
    ...{ image, access: { tracking: true } },
    sources: ['recognition/training/visavox_training/train_head.py'],
    inputs: { features: 'dataset', champion_head: 'model', champion_weights: 'model', seed: 'integer' },
    outputs: { head: 'model', weights: 'model', crossfit: 'dataset', report: 'metrics' },
    resources: { cpu: 1, memory: '2Gi' },
    retries: 1,
    command: ({ inputs, outputs }) => [
      ...['python', '-m', 'visavox_training.train_head'],
      ...['--modality', modality],
      ...['--features', inputs.features.path],
      ...['--champion-head', inputs.champion_head.path],
      ...['--champion-weights', inputs.champion_weights.path],
      ...['--out-onnx', outputs.head.path],
      ...['--out-weights', outputs.weights.path],
      ...['--out-crossfit', outputs.crossfit.path],
      ...['--metrics', outputs.report.path],
      ...['--seed', inputs.seed],
    ],
  });

export const calibrate = component({
  name: 'calibrate',
  ...{ image, access },
  sources: sourcesOf('calibrate'),
  inputs: {
    dataset: 'string',
    champion: 'string',
    face_features: 'dataset',
    voice_features: 'dataset',
    face_crossfit: 'dataset',
    voice_crossfit: 'dataset',
  },
  outputs: { calibration: 'artifact' },
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'calibrate',
    ...['--dataset', inputs.dataset, '--champion', inputs.champion],
    ...['--face-features', inputs.face_features.path, '--voice-features', inputs.voice_features.path],
    ...['--face-crossfit', inputs.face_crossfit.path, '--voice-crossfit', inputs.voice_crossfit.path],
    ...['--calibration', outputs.calibration.path],
  ],
});

const crossFits = { face_crossfit: 'dataset', voice_crossfit: 'dataset' } as const;

const crossFitted = (inputs: Placeholders<typeof crossFits, Record<never, never>>['inputs']) => [
  ...['--face-crossfit', inputs.face_crossfit.path, '--voice-crossfit', inputs.voice_crossfit.path],
];

const judgedInputs = {
  champion: 'string',
  face_features: 'dataset',
  voice_features: 'dataset',
  face_head: 'model',
  voice_head: 'model',
  calibration: 'artifact',
  seed: 'integer',
} as const;
const judgedOutputs = { comparison: 'struct' } as const;

export const evaluateCommand = ({
  inputs,
  outputs,
}: Placeholders<typeof judgedInputs, typeof judgedOutputs>): string[] => [
  'recognition-step',
  'evaluate',
  ...['--champion', inputs.champion, '--seed', inputs.seed],
  ...['--face-features', inputs.face_features.path, '--voice-features', inputs.voice_features.path],
  ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
  ...['--calibration', inputs.calibration.path],
  ...['--comparison', outputs.comparison.path],
];

/** What every evaluation has, whoever the model is judged on. */
export const evaluation = {
  name: 'evaluate',
  ...{ image, access },
  sources: sourcesOf('evaluate'),
  inputs: judgedInputs,
  outputs: judgedOutputs,
} as const;

export const evaluate = component({
  ...evaluation,
  // The champion may have other networks, and so features of its own.
  inputs: {
    ...judgedInputs,
    ...crossFits,
    champion_face_features: 'dataset',
    champion_voice_features: 'dataset',
  },
  command: (given) => [
    ...evaluateCommand(given),
    ...crossFitted(given.inputs),
    ...['--champion-face-features', given.inputs.champion_face_features.path],
    ...['--champion-voice-features', given.inputs.champion_voice_features.path],
  ],
});

/** For notebooks: both heads as MLflow's Keras flavour loads them. */
export const kerasModel = component({
  name: 'keras-model',
  image,
  sources: ['recognition/training/visavox_training/keras_model.py'],
  inputs: { face_head: 'model', voice_head: 'model' },
  outputs: { keras: 'model' },
  command: ({ inputs, outputs }) => [
    ...['python', '-m', 'visavox_training.keras_model'],
    ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
    ...['--out', outputs.keras.path],
  ],
});

const registeredInputs = {
  champion: 'string',
  face_head: 'model',
  voice_head: 'model',
  keras: 'model',
  calibration: 'artifact',
  comparison: 'struct',
} as const;
const registeredOutputs = { model: 'struct' } as const;

const registerCommand = ({
  inputs,
  outputs,
  runId,
}: Placeholders<typeof registeredInputs, typeof registeredOutputs>): string[] => [
  'recognition-step',
  'register',
  ...['--champion', inputs.champion, '--run', runId],
  ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
  ...['--keras', inputs.keras.path],
  ...['--calibration', inputs.calibration.path],
  ...['--comparison', inputs.comparison],
  ...['--model', outputs.model.path],
];

const registration = {
  name: 'register',
  ...{ image, access: registryAccess },
  sources: sourcesOf('register'),
  outputs: registeredOutputs,
  retries: { max: 5, backoffSeconds: 2 },
  // What is registered belongs to this run, even when it is the same bundle as an earlier one's.
  cache: false,
} as const;

export const register = component({
  ...registration,
  inputs: { ...registeredInputs, face_weights: 'model', voice_weights: 'model' },
  command: (given) => [
    ...registerCommand(given),
    ...['--face-weights', given.inputs.face_weights.path, '--voice-weights', given.inputs.voice_weights.path],
  ],
});

/** The same of heads that nobody has trained yet. */
export const registerUntrained = component({
  ...registration,
  inputs: registeredInputs,
  command: registerCommand,
});

const reportedInputs = {
  manifest: 'dataset',
  summary: 'struct',
  dataset: 'string',
  model: 'struct',
  comparison: 'struct',
  face_features: 'dataset',
  voice_features: 'dataset',
  face_head: 'model',
  voice_head: 'model',
  calibration: 'artifact',
  seed: 'integer',
} as const;
const reportedOutputs = {
  page: 'artifact',
  page_fr: 'artifact',
  card: 'artifact',
  figures: 'artifact',
} as const;

export const reportCommand = ({
  inputs,
  outputs,
}: Placeholders<typeof reportedInputs, typeof reportedOutputs>): string[] => [
  'recognition-step',
  'report',
  ...['--manifest', inputs.manifest.path, '--summary', inputs.summary, '--dataset', inputs.dataset],
  ...['--model', inputs.model, '--comparison', inputs.comparison, '--seed', inputs.seed],
  ...['--face-features', inputs.face_features.path, '--voice-features', inputs.voice_features.path],
  ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
  ...['--calibration', inputs.calibration.path],
  ...['--page', outputs.page.path, '--page-fr', outputs.page_fr.path],
  ...['--card', outputs.card.path, '--figures', outputs.figures.path],
];

/** What every report has, whoever the model is judged on. */
export const reporting = {
  name: 'report',
  ...{ image, access: registryAccess },
  sources: sourcesOf('report'),
  inputs: reportedInputs,
  outputs: reportedOutputs,
  retries: { max: 5, backoffSeconds: 2 },
  // It lays the report beside the version in MLflow, which a cached result would not.
  cache: false,
} as const;

export const report = component({
  ...reporting,
  inputs: { ...reportedInputs, ...crossFits },
  command: (given) => [...reportCommand(given), ...crossFitted(given.inputs)],
});
