import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Comparison, type GatePolicy } from '@visavox/control/gate';
import type { OfferedModel } from '@visavox/control/offered-model';
import type { TrainingSubject } from '@visavox/control/training-subject';
import { thresholds } from '@visavox/control/triggers/thresholds';
import { getManifest } from '@visavox/core/bundle';
import { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import { ModelVersion } from '@visavox/core/model';
import { type ObjectStore, putBlob } from '@visavox/core/object-store';
import type { DatasetStore, ModelRegistry } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import type { EnvironmentDeclaration, ModelDeclaration } from '@visavox/host/project';
import { compile } from '@visavox/pipelines/compile';
import { upgradePipeline } from '@visavox/recognition/backbone-pipeline';
import { publishedBundle, publishedManifest } from '@visavox/recognition/bundle';
import { propertiesOf } from '@visavox/recognition/bundle-parts';
import { candidatePipeline } from '@visavox/recognition/candidate-pipeline';
import { STRANGERS_FACE, STRANGERS_VOICE } from '@visavox/recognition/comparison';
import { fineTuningPipeline } from '@visavox/recognition/fine-tuning-pipeline';
import recogniserPipeline from '@visavox/recognition/pipeline';
import { z } from 'zod';
import { signInOn } from './application.ts';
import { publishedOffer } from './published-offer.ts';
import { environment } from './resources.ts';
import type { TrainingData } from './retention/training-data.ts';
import { refusals, strangersLetIn } from './shadow/shadow-outcomes.ts';

/**
 * A recogniser goes out when its likelihood ratios, or those of one modality, cost a twentieth less on people that neither saw, and neither the errors at the
 * threshold nor the order of scores of either modality gets worse, in clear recordings as under every other condition. And neither
 * modality lets in who only has the other: a stranger's voice beside the right face, or the reverse, in one of a hundred at most.
 */
export const gatePolicy: GatePolicy = {
  minimumUnits: 6,
  criteria: [
    {
      ...{ metric: 'fused/cllr', rule: 'improve', tolerance: 0, leastGain: 0.05 },
      orElse: ['voice/cllr', 'face/cllr'],
    },
    { metric: 'fused/cllr', rule: 'not-worse', tolerance: 0.002 },
    { metric: 'fused/fnmr', rule: 'not-worse', tolerance: 0.01 },
    { metric: 'fused/fmr', rule: 'not-worse', tolerance: 0.002 },
    { metric: STRANGERS_VOICE, rule: 'at-most', tolerance: 0.01 },
    { metric: STRANGERS_FACE, rule: 'at-most', tolerance: 0.01 },
    { metric: 'face/eer', rule: 'not-worse', tolerance: 0.01 },
    { metric: 'voice/eer', rule: 'not-worse', tolerance: 0.01 },
  ],
  slices: {
    minimumUnits: 4,
    criteria: [
      { metric: 'fused/cllr', rule: 'not-surely-worse', tolerance: 0.002 },
      { metric: 'fused/fnmr', rule: 'not-surely-worse', tolerance: 0.002 },
      { metric: 'face/eer', rule: 'not-surely-worse', tolerance: 0.002 },
      { metric: 'voice/eer', rule: 'not-surely-worse', tolerance: 0.002 },
    ],
  },
};

/**
 * New published networks, fitted here, take the place of a champion that was trained from older ones unless they are
 * surely worse for the people here: what they were measured on before is many times as much.
 */
export const offerPolicy: GatePolicy = {
  minimumUnits: gatePolicy.minimumUnits,
  criteria: [
    { metric: 'fused/cllr', rule: 'not-surely-worse', tolerance: 0.002 },
    { metric: 'fused/fnmr', rule: 'not-surely-worse', tolerance: 0.01 },
    { metric: 'fused/fmr', rule: 'not-surely-worse', tolerance: 0.002 },
    { metric: 'face/eer', rule: 'not-surely-worse', tolerance: 0.01 },
    { metric: 'voice/eer', rule: 'not-surely-worse', tolerance: 0.01 },
  ],
};

const seed = 1;

/**
 * Where enough people sign in, what passed the gate judges beside the champion for two weeks at most. Without harm it serves then:
 * the gate has found it better on people whom it never saw.
 */
const shadowTest: EnvironmentDeclaration['experiment'] = {
  kind: 'shadow',
  metrics: [
    { name: refusals, role: 'primary' },
    { name: strangersLetIn, role: 'guardrail' },
  ],
  horizon: { people: 10_000, days: 14 },
  otherwise: 'challenger',
  minimumRequestsPerDay: 50,
};

/** The model of sign-in: trained on what new people bring, released when it is better for people whom it never saw. */
const recogniser: ModelDeclaration = {
  pipeline: recogniserPipeline,
  environments: [{ name: environment, experiment: shadowTest }],
  counts: ['people', 'samples'],
  triggers: (platform) => {
    const { people, samples } = signInOn(platform).settings.retrain;
    return [thresholds({ people, samples })];
  },
  gate: gatePolicy,
  offerGate: offerPolicy,
  subject: (platform, { pipelineSpec, registry }) => {
    const { services, settings: signIn } = signInOn(platform);
    const { trainingData } = services;
    const { objects, datasets, settings } = platform;
    const networks = join(settings.setup, 'networks');
    const published = {
      manifest: () => publishedManifest(networks),
      bundle: () => publishedBundle(networks),
    };
    return recogniserTraining({
      ...{ pipelineSpec, trainingData, registry, objects, datasets },
      shards: signIn.trainingShards,
      network: signIn.fineTuning === 'off' ? async () => null : kerasNetwork(objects, networks),
      offered: publishedOffer({ objects, published }),
    });
  },
  target: (platform) => signInOn(platform).services.champion,
  requestsPerDay: (platform) => signInOn(platform).services.attempts.perDay(),
};
export default recogniser;

export function recogniserTraining(resources: {
  /** Compiled. */
  pipelineSpec: unknown;
  trainingData: TrainingData;
  registry: Pick<ModelRegistry, 'get'>;
  shards: number;
  /** Digest of the published voice network as a Keras model; null where it is not fine-tuned. */
  network: () => Promise<Digest | null>;
  objects: ObjectStore;
  datasets: Pick<DatasetStore, 'get'>;
  /** What came with the software; see {@link PublishedOffer}. */
  offered: (champion: Release) => Promise<OfferedModel | null>;
}): TrainingSubject {
  const { pipelineSpec, trainingData, registry, shards, network, objects, datasets, offered } = resources;
  const [upgradeSpec, candidateSpec] = [compile(upgradePipeline), compile(candidatePipeline)];
  const fineTuningSpec = compile(fineTuningPipeline);
  return {
    countNew: (since) => trainingData.countNew(since),
    snapshot: () => trainingData.snapshot(),
    request: async (dataset, serving, base) => {
      if (!serving) throw recogniserMissing();
      const parameters = { dataset, champion: serving.bundle, seed, shards };
      const given = { datasets: [dataset], seed };
      if (base) return { ...given, pipelineSpec: upgradeSpec, parameters: { ...parameters, base } };
      const keras = await network();
      if (!keras) return { ...given, pipelineSpec, parameters };
      return { ...given, pipelineSpec: fineTuningSpec, parameters: { ...parameters, network: keras } };
    },
    async candidate(given, champion) {
      const parsed = CandidateParameters.safeParse(given);
      if (!parsed.success) throw noCandidate(parsed.error);
      const { heads, dataset = (await trainingData.snapshot()).digest } = parsed.data;
      for (const named of [heads, dataset]) await datasets.get(named);
      const { dimension } = propertiesOf(await getManifest(objects, champion.bundle));
      return {
        pipelineSpec: candidateSpec,
        parameters: { heads, dimensions: dimension, dataset, champion: champion.bundle, seed },
        dataset,
        ...{ datasets: [dataset, heads], seed },
      };
    },
    async offered(champion) {
      const offer = await offered(champion);
      if (offer?.way !== 'train') return offer;
      // With next to nobody left there is nothing to fit or to compare on.
      const { people = 0 } = await trainingData.countNew(null);
      return people < gatePolicy.minimumUnits ? { ...offer, way: 'release' } : offer;
    },
    async result(run) {
      const output = (task: string, name: string) =>
        run.tasks.find((candidate) => candidate.name === task)?.outputs.parameters[name];
      const [model, comparison] = [output('register', 'model'), output('evaluate', 'comparison')];
      // The report comes after both: whether it was written decides nothing.
      if (model === undefined || comparison === undefined) return null;
      const { name, version } = ModelVersion.parse(model);
      return { model: await registry.get(name, version), comparison: Comparison.parse(comparison) };
    },
  };
}

/** `heads`: a dataset version with a Keras model. `dataset`: on whose people it is judged; everybody's recordings unless given. */
const CandidateParameters = z.strictObject({ heads: Digest, dataset: Digest.optional() });

function noCandidate(cause: z.ZodError): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'candidate_invalid',
    message: `this is no candidate for the recogniser: ${cause.issues[0]?.path.join('.') || 'its parameters'}: ${cause.issues[0]?.message}`,
    action: 'Hand in a Keras model with the heads: visavox heads add FILE.keras',
    cause,
  });
}

function recogniserMissing(): UserError {
  return new UserError({
    kind: 'unavailable',
    code: 'recogniser_starting',
    message: 'there is no recogniser yet that a training could start from',
    action: 'Try again when the server has come up.',
  });
}

/** Stored for steps that have no such file where they run; null where it is not here either. */
function kerasNetwork(objects: ObjectStore, networks: string): () => Promise<Digest | null> {
  const file = join(networks, 'voice-backbone.keras');
  return async () => (existsSync(file) ? putBlob(objects, await readFile(file)) : null);
}
