import { pipeline } from '@visavox/pipelines/definition';
import { fineTuneVoice, shards, validate } from './components.ts';
import { trainedFrom } from './training-graph.ts';

/** From a dataset version of recordings to a registered recogniser, judged against the one that serves. */
export default pipeline(
  {
    name: 'recogniser',
    description:
      'Embed recordings and augmented copies in parallel shards, fine-tune the voice network, adapt both heads in parallel, calibrate, evaluate on unseen people, register.',
    parameters: {
      /** Digest of a dataset version whose items have the labels `person` and `modality`. */
      dataset: 'string',
      /** Bundle digest of the recogniser that serves: what training starts from and is compared with. */
      champion: 'string',
      seed: { type: 'integer', default: 1 },
      shards,
      /** Digest of the published voice network as a Keras model; without it that network stays as it is. */
      network: { type: 'string', default: '' },
    },
  },
  (p) => {
    const { dataset, champion, seed, network } = p.parameters;
    const checked = p.task(validate, { dataset, shards: p.parameters.shards }).outputs;
    const { base } = p.task(fineTuneVoice, { manifest: checked.manifest, champion, network, seed }).outputs;
    trainedFrom(p, { ...checked, dataset, champion, base, seed });
  },
);
