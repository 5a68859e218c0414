import type { PipelineBuilder } from '@visavox/pipelines/definition';
import type { Reference } from '@visavox/pipelines/nodes';
import {
  calibrate,
  embed,
  embedOther,
  evaluate,
  gather,
  gatherOther,
  kerasModel,
  register,
  report,
  trainHead,
} from './components.ts';

export type Tasks = Pick<PipelineBuilder<Record<never, never>>, 'task' | 'forEach'>;

interface Embedded {
  readonly manifest: Reference<'dataset'>;
  readonly shards: Reference<'list'>;
  readonly champion: Reference<'string'>;
}

/** Features of all recordings under a bundle, in shards side by side, and the heads that training starts from. */
export function embedded(p: Tasks, given: Embedded) {
  const { champion } = given;
  const shard = p.forEach(given.shards, { name: 'embed', item: 'integer' }, (index) => {
    const { face, voice } = p.task(embed, { ...given, shard: index }).outputs;
    return { face, voice };
  });
  return p.task(gather, { ...shard.collected, champion }, { name: 'gather' }).outputs;
}

/** The same under a bundle that shares networks with another one, of which the features are there. */
function embeddedAgain(
  p: Tasks,
  given: Embedded,
  before: { readonly champion: Reference<'string'>; readonly features: ReturnType<typeof embedded> },
) {
  const { champion } = given;
  const known = before.champion;
  const shard = p.forEach(given.shards, { name: 'embed-base', item: 'integer' }, (index) => {
    const { face, voice } = p.task(embedOther, { ...given, known, shard: index }).outputs;
    return { face, voice };
  });
  const { face_features: known_face, voice_features: known_voice } = before.features;
  return p.task(
    gatherOther,
    { ...shard.collected, champion, known, known_face, known_voice },
    { name: 'gather-base' },
  ).outputs;
}

/** Both heads, fitted to the people of the features, and the calibration of what they answer. */
function adapted(
  p: Tasks,
  {
    face_features,
    voice_features,
    face_head,
    voice_head,
    face_weights,
    voice_weights,
    ...given
  }: ReturnType<typeof embedded> & {
    dataset: Reference<'string'>;
    champion: Reference<'string'>;
    seed: Reference<'integer'>;
  },
) {
  const { dataset, champion, seed } = given;
  const features = { face_features, voice_features };
  const face = p.task(trainHead('face'), {
    features: face_features,
    champion_head: face_head,
    champion_weights: face_weights,
    seed,
  }).outputs;
  const voice = p.task(trainHead('voice'), {
    features: voice_features,
    champion_head: voice_head,
    champion_weights: voice_weights,
    seed,
  }).outputs;
  const heads = { face_head: face.head, voice_head: voice.head };
  const weights = { face_weights: face.weights, voice_weights: voice.weights };
  const crossfit = { face_crossfit: face.crossfit, voice_crossfit: voice.crossfit };
  const { calibration } = p.task(calibrate, { dataset, champion, ...features, ...crossfit }).outputs;
  return { features, heads, weights, crossfit, calibration };
}

/**
 * Heads and calibration, all of it judged against the champion. `base`: a bundle with other networks than the champion's, which
 * training starts from in its place.
 */
export function trainedFrom(
  p: Tasks,
  {
    manifest,
    summary,
    shards,
    dataset,
    champion,
    base,
    seed,
  }: {
    manifest: Reference<'dataset'>;
    summary: Reference<'struct'>;
    shards: Reference<'list'>;
    dataset: Reference<'string'>;
    champion: Reference<'string'>;
    base?: Reference<'string'>;
    seed: Reference<'integer'>;
  },
): void {
  const before = embedded(p, { manifest, shards, champion });
  const now = base
    ? embeddedAgain(p, { manifest, shards, champion: base }, { champion, features: before })
    : before;
  const start = base ?? champion;
  const { features, heads, weights, crossfit, calibration } = adapted(p, {
    ...{ dataset, champion: start, seed },
    ...now,
  });
  const { comparison } = p.task(evaluate, {
    champion,
    champion_face_features: before.face_features,
    champion_voice_features: before.voice_features,
    ...{ ...features, ...heads, ...crossfit, calibration, seed },
  }).outputs;
  const { keras } = p.task(kerasModel, {
    face_head: weights.face_weights,
    voice_head: weights.voice_weights,
  }).outputs;
  const { model } = p.task(register, {
    ...{ champion: start, ...heads, ...weights },
    ...{ keras, calibration, comparison },
  }).outputs;
  p.task(report, {
    ...{ manifest, summary, dataset, model, comparison },
    ...{ ...features, ...heads, ...crossfit, calibration, seed },
  });
}
