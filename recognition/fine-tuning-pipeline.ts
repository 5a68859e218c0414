import { pipeline } from '@visavox/pipelines/definition';
import { fineTuneVoice, shards, validate } from './components.ts';
import { trainedFrom } from './training-graph.ts';

/** The recogniser's training with its voice network fine-tuned first, where that is due and pays. */
export const fineTuningPipeline = pipeline(
  {
    name: 'recogniser',
    description:
      'Fine-tune the voice network, embed with it and with the champion, adapt both heads in parallel, calibrate, evaluate on unseen people, register.',
    parameters: {
      dataset: 'string',
      champion: 'string',
      seed: { type: 'integer', default: 1 },
      shards,
      /** Digest of the published voice network as a Keras model. */
      network: 'string',
    },
  },
  (p) => {
    const { dataset, champion, seed, shards, network } = p.parameters;
    const checked = p.task(validate, { dataset, shards }).outputs;
    const { base } = p.task(fineTuneVoice, { manifest: checked.manifest, champion, network, seed }).outputs;
    trainedFrom(p, { ...checked, dataset, champion, base, seed });
  },
);
