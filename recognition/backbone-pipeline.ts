import { component, pipeline } from '@visavox/pipelines/definition';
import { calibrate, embed, gather, register, report, shards, trainHead, validate } from './pipeline.ts';

const plugIn = component({
  name: 'plug-in',
  image: 'visavox-step',
  inputs: { backbone: 'struct', beside: 'string', champion: 'string' },
  outputs: {
    base: 'string',
    face_head: 'model',
    voice_head: 'model',
    calibration: 'artifact',
    comparison: 'struct',
  },
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'plug-in',
    ...['--backbone', inputs.backbone, '--beside', inputs.beside, '--champion', inputs.champion],
    ...['--base', outputs.base.path, '--calibration', outputs.calibration.path],
    ...['--face-head', outputs.face_head.path, '--voice-head', outputs.voice_head.path],
    ...['--comparison', outputs.comparison.path],
  ],
});

const evaluateAgainst = component({
  name: 'evaluate',
  image: 'visavox-step',
  inputs: {
    champion: 'string',
    champion_face_features: 'dataset',
    champion_voice_features: 'dataset',
    face_features: 'dataset',
    voice_features: 'dataset',
    face_head: 'model',
    voice_head: 'model',
    face_crossfit: 'dataset',
    voice_crossfit: 'dataset',
    calibration: 'artifact',
    seed: 'integer',
  },
  outputs: { comparison: 'struct' },
  command: ({ inputs, outputs }) => [
    'recognition-step',
    'evaluate',
    ...['--champion', inputs.champion, '--seed', inputs.seed],
    ...['--champion-face-features', inputs.champion_face_features.path],
    ...['--champion-voice-features', inputs.champion_voice_features.path],
    ...['--face-features', inputs.face_features.path, '--voice-features', inputs.voice_features.path],
    ...['--face-head', inputs.face_head.path, '--voice-head', inputs.voice_head.path],
    ...['--face-crossfit', inputs.face_crossfit.path, '--voice-crossfit', inputs.voice_crossfit.path],
    ...['--calibration', inputs.calibration.path],
    ...['--comparison', outputs.comparison.path],
  ],
});

const parameters = {
  /** The manifest of the network, and the folder that a file in it starts from. */
  backbone: 'struct',
  beside: 'string',
  champion: 'string',
} as const;

/** The champion with another backbone, fitted and judged on the people of a dataset version. */
export const backbonePipeline = pipeline(
  {
    name: 'backbone',
    description:
      'Plug a network in, embed with it and with the champion, adapt, calibrate, compare, register.',
    parameters: { ...parameters, dataset: 'string', seed: { type: 'integer', default: 1 } },
  },
  (p) => {
    const { backbone, beside, champion, dataset, seed } = p.parameters;
    const { base } = p.task(plugIn, { backbone, beside, champion }).outputs;
    const { manifest, summary } = p.task(validate, { dataset }).outputs;
    const embedWith = (bundle: typeof champion | typeof base, name: string) =>
      p.forEach(shards, { name }, (shard) => {
        const { face, voice } = p.task(embed, {
          manifest,
          champion: bundle,
          shard,
          shards: shards.length,
        }).outputs;
        return { face, voice };
      }).collected;
    const before = p.task(
      gather,
      { ...embedWith(champion, 'embed-champion'), champion },
      { name: 'gather-champion' },
    ).outputs;
    const now = p.task(gather, { ...embedWith(base, 'embed'), champion: base }).outputs;
    const features = { face_features: now.face_features, voice_features: now.voice_features };
    const face = p.task(trainHead('face'), {
      features: now.face_features,
      champion_head: now.face_head,
      seed,
    }).outputs;
    const voice = p.task(trainHead('voice'), {
      features: now.voice_features,
      champion_head: now.voice_head,
      seed,
    }).outputs;
    const heads = { face_head: face.head, voice_head: voice.head };
    const crossfit = { face_crossfit: face.crossfit, voice_crossfit: voice.crossfit };
    const { calibration } = p.task(calibrate, {
      ...{ dataset, champion: base },
      ...features,
      ...crossfit,
    }).outputs;
    const { comparison } = p.task(evaluateAgainst, {
      champion,
      champion_face_features: before.face_features,
      champion_voice_features: before.voice_features,
      ...{ ...features, ...heads, ...crossfit, calibration, seed },
    }).outputs;
    const { model } = p.task(register, { champion: base, ...heads, calibration, comparison }).outputs;
    p.task(report, {
      ...{ manifest, summary, dataset, model, comparison },
      ...{ ...features, ...heads, ...crossfit, calibration, seed },
    });
  },
);

/** The same where nobody is enrolled: with the manifest's own calibration, and nothing to compare on. */
export const firstBackbonePipeline = pipeline(
  {
    name: 'backbone',
    description: 'Plug a network in with the calibration of its manifest, and register.',
    parameters,
  },
  (p) => {
    const { backbone, beside, champion } = p.parameters;
    const { base, ...parts } = p.task(plugIn, { backbone, beside, champion }).outputs;
    p.task(register, { champion: base, ...parts });
  },
);
