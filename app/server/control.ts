import { randomUUID } from 'node:crypto';
import type { Exclusively } from '@visavox/adapters/sql/database-lock';
import { Controller, type ControlState, type TrainingSubject } from '@visavox/control/controller';
import { Comparison, type GatePolicy } from '@visavox/control/gate';
import type { OfferedModel } from '@visavox/control/offered-model';
import { SystemError } from '@visavox/core/errors';
import { ModelVersion } from '@visavox/core/model';
import type { ModelRegistry, RunStore } from '@visavox/core/ports';
import type { Release } from '@visavox/core/release';
import { compile } from '@visavox/pipelines/compile';
import { upgradePipeline } from '@visavox/recognition/backbone-pipeline';
import { STRANGERS_FACE, STRANGERS_VOICE } from '@visavox/recognition/comparison';
import recogniserPipeline from '@visavox/recognition/pipeline';
import { type ControlResources, environment } from './resources.ts';
import type { TrainingData } from './retention/training-data.ts';

/**
 * A recogniser goes out when its likelihood ratios, or those of one modality, cost less on people that neither saw, and neither the errors at the
 * threshold nor the order of scores of either modality gets worse, in clear recordings as under every other condition. And neither
 * modality lets in who only has the other: a stranger's voice beside the right face, or the reverse, in one of a hundred at most.
 */
export const gatePolicy: GatePolicy = {
  minimumUnits: 6,
  criteria: [
    { metric: 'fused/cllr', rule: 'improve', tolerance: 0, orElse: ['voice/cllr', 'face/cllr'] },
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
const offerPolicy: GatePolicy = {
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
const retryAfterSeconds = 120;

export function createController(
  resources: ControlResources & { readonly state: ControlState; readonly exclusively: Exclusively },
): Controller {
  const { log, retrain, engine, releases, target, registry, state, exclusively } = resources;
  const { runs, trainingData, offered } = resources;
  return new Controller({
    environment,
    rule: { thresholds: { people: retrain.people, samples: retrain.samples }, retryAfterSeconds },
    policy: gatePolicy,
    offerPolicy,
    subject: recogniserTraining({ trainingData, runs, registry, offered }),
    ...{ state, engine, releases, target, registry, exclusively },
    newId: randomUUID,
    now: () => new Date(),
    report: (event, details) => log.info(details, event),
  });
}

export function recogniserTraining(resources: {
  trainingData: TrainingData;
  runs: RunStore;
  registry: Pick<ModelRegistry, 'get'>;
  /** What came with the software; see {@link PublishedOffer}. */
  offered: (champion: Release) => Promise<OfferedModel | null>;
}): TrainingSubject {
  const { trainingData, runs, registry, offered } = resources;
  const pipelineSpec = compile(recogniserPipeline);
  const upgradeSpec = compile(upgradePipeline);
  return {
    countNew: (since) => trainingData.countNew(since),
    snapshot: () => trainingData.snapshot(),
    request: async (dataset, { bundle: champion }, base) => ({
      pipelineSpec: base ? upgradeSpec : pipelineSpec,
      parameters: { dataset, champion, seed, ...(base ? { base } : {}) },
      datasets: [dataset],
      seed,
    }),
    async offered(champion) {
      const offer = await offered(champion);
      if (offer?.way !== 'train') return offer;
      // With next to nobody left there is nothing to fit or to compare on.
      const { people = 0 } = await trainingData.countNew(null);
      return people < gatePolicy.minimumUnits ? { ...offer, way: 'release' } : offer;
    },
    async result(runId) {
      const run = await runs.get(runId);
      const output = (task: string, name: string) =>
        run?.tasks.find((candidate) => candidate.name === task)?.outputs.parameters[name];
      const [model, comparison] = [output('register', 'model'), output('evaluate', 'comparison')];
      if (model === undefined || comparison === undefined)
        throw new SystemError(`run ${runId} succeeded without a model`);
      const { name, version } = ModelVersion.parse(model);
      return { model: await registry.get(name, version), comparison: Comparison.parse(comparison) };
    },
  };
}
