import { component, pipeline } from '@visavox/pipelines/definition';
import type { Reference } from '@visavox/pipelines/nodes';
import { kerasModel, registerUntrained, shards, sourcesOf, validate } from './components.ts';
import { type Tasks, trainedFrom } from './training-graph.ts';

const plugIn = component({
  name: 'plug-in',
  image: 'visavox-step',
  access: { objects: true },
  sources: [...sourcesOf('plug-in'), 'recognition/training/visavox_training/*.py'],
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
    parameters: { ...parameters, dataset: 'string', seed: { type: 'integer', default: 1 }, shards },
  },
  (p) => {
    const { backbone, beside, champion, dataset, seed, shards } = p.parameters;
    const { base } = p.task(plugIn, { backbone, beside, champion }).outputs;
    fromOtherBackbone(p, { dataset, champion, base, seed, shards });
  },
);

/** New published networks, fitted to the people of a dataset version and judged against the recogniser that serves. */
export const upgradePipeline = pipeline(
  {
    name: 'upgrade',
    description:
      'Embed with new published networks and with the champion, adapt, calibrate, compare, register.',
    parameters: {
      dataset: 'string',
      champion: 'string',
      /** Bundle digest of the published networks, which training starts from. */
      base: 'string',
      seed: { type: 'integer', default: 1 },
      shards,
    },
  },
  (p) => fromOtherBackbone(p, p.parameters),
);

/** A training that starts from a bundle with other backbones than the champion, which is embedded with as well to compare. */
function fromOtherBackbone(
  p: Tasks,
  {
    dataset,
    champion,
    base,
    seed,
    shards,
  }: {
    dataset: Reference<'string'>;
    champion: Reference<'string'>;
    base: Reference<'string'>;
    seed: Reference<'integer'>;
    shards: Reference<'integer'>;
  },
): void {
  const checked = p.task(validate, { dataset, shards }).outputs;
  trainedFrom(p, { ...checked, dataset, champion, base, seed });
}

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
    const { face_head, voice_head } = parts;
    const { keras } = p.task(kerasModel, { face_head, voice_head }).outputs;
    p.task(registerUntrained, { champion: base, ...parts, keras });
  },
);
