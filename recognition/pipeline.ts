import { pipeline } from '@visavox/pipelines/definition';
import { shards, validate } from './components.ts';
import { trainedFrom } from './training-graph.ts';

/** From a dataset version of recordings to a registered recogniser, judged against the one that serves. */
export default pipeline(
  {
    name: 'recogniser',
    description:
      'Embed recordings and augmented copies in parallel shards, adapt both heads in parallel, calibrate, evaluate on unseen people, register.',
    parameters: {
      /** Digest of a dataset version whose items have the labels `person` and `modality`. */
      dataset: 'string',
      /** Bundle digest of the recogniser that serves: what training starts from and is compared with. */
      champion: 'string',
      seed: { type: 'integer', default: 1 },
      shards,
    },
  },
  (p) => {
    const { dataset, champion, seed, shards } = p.parameters;
    const checked = p.task(validate, { dataset, shards }).outputs;
    trainedFrom(p, { ...checked, dataset, champion, seed });
  },
);
