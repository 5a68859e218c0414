import { type BundleFiles, getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import type { Modality } from '../bundle-parts.ts';
import {
  calibrationIn,
  describeFit,
  drawnTowards,
  fittedCalibration,
  trialsAre,
  type UnderBoth,
} from './fitted-calibration.ts';
import { crossFitted, embeddings, templatesUnder, trainedTemplates } from './population.ts';
import { runStep, type Step } from './step.ts';

/**
 * Refits scores to likelihood ratios and the thresholds, never on the evaluation people. A head that learned from people
 * knows them too well: trials come from embeddings by heads that had not learned from them, and only those of one such
 * head are compared with each other.
 */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const recordings = {
    face: await underBoth(step, 'face', champion),
    voice: await underBoth(step, 'voice', champion),
  };
  const calibration = fittedCalibration(calibrationIn(champion), recordings, {
    on: `people enrolled here, dataset ${step.argument('dataset')}`,
    how: `${trialsAre}; each by a head that had not learned from the person; ${drawnTowards}`,
  });
  for (const line of describeFit(calibration)) step.log(line);
  await step.write('calibration', JSON.stringify(calibration));
});

/** The champion embeds the same recordings, in the same folds. */
async function underBoth(step: Step, modality: Modality, champion: BundleFiles): Promise<UnderBoth> {
  const crossFit = await step.read(`${modality}-crossfit`);
  const candidate = crossFitted(crossFit, modality);
  const folds = new Map(candidate.map(({ row }) => [row.key, row.fold]));
  const head = champion.files.get(`${modality}-head.onnx`);
  if (!head) throw new SystemError(`the champion has no ${modality}-head.onnx`);
  const templates = templatesUnder(modality, calibrationIn(champion));
  const rows = await embeddings(await step.read(`${modality}-features`), head, templates);
  return {
    candidate,
    champion: rows.flatMap((one) =>
      folds.has(one.row.key) ? [{ ...one, row: { ...one.row, fold: folds.get(one.row.key) } }] : [],
    ),
    ...trainedTemplates(modality, crossFit),
  };
}
