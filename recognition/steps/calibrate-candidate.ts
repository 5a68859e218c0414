import { type BundleFiles, getBundle } from '@visavox/core/bundle';
import { SystemError, UserError } from '@visavox/core/errors';
import type { Modality } from '../bundle-parts.ts';
import { cosineOf } from '../signals/vectors.ts';
import {
  calibrationIn,
  describeFit,
  drawnTowards,
  fittedCalibration,
  trialsAre,
  type UnderBoth,
} from './fitted-calibration.ts';
import { type Embedded, embeddings, templatesUnder } from './population.ts';
import { runStep, type Step } from './step.ts';

/** People that are nearer to each other than this share of what they are under the champion are told apart by nothing. */
const COLLAPSED = 0.25;
/** Pairs of recordings say how near people are; more of them say the same. */
const MOST_COMPARED = 300;

/**
 * Calibrates heads that somebody made by hand, on the people of `validation`. Whoever learned from them all the same has a
 * calibration that promises too much, and the people who are held out for good show it: those stay for judging alone.
 */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const recordings = {
    face: await underBoth(step, 'face', champion),
    voice: await underBoth(step, 'voice', champion),
  };
  const calibration = fittedCalibration(calibrationIn(champion), recordings, {
    on: `people for validation here, dataset ${step.argument('dataset')}`,
    how: `${trialsAre}; by heads that were trained by hand; ${drawnTowards}`,
  });
  for (const line of describeFit(calibration)) step.log(line);
  await step.write('calibration', JSON.stringify(calibration));
});

async function underBoth(step: Step, modality: Modality, champion: BundleFiles): Promise<UnderBoth> {
  const served = champion.files.get(`${modality}-head.onnx`);
  if (!served) throw new SystemError(`the champion has no ${modality}-head.onnx`);
  const features = await step.read(`${modality}-features`);
  // Templates are made as the champion's are: that was not the question.
  const templates = templatesUnder(modality, calibrationIn(champion));
  const mine = await embeddings(features, await step.read(`${modality}-head`), templates);
  const before = await embeddings(features, served, templates);
  requireSpread(modality, mine, before);
  const validation = (rows: readonly Embedded[]) => rows.filter(({ row }) => row.split === 'validation');
  return { candidate: validation(mine), champion: validation(before), ...templates };
}

/** Of everybody, since those who were learned from would show it last. */
function requireSpread(modality: Modality, mine: readonly Embedded[], before: readonly Embedded[]): void {
  const [own, champions] = [spreadOf(mine), spreadOf(before)];
  if (own === null || champions === null || own >= COLLAPSED * champions) return;
  throw new UserError({
    kind: 'invalid',
    code: 'embedding_collapsed',
    message: `the ${modality} head collapses: different people are alike with a cosine of ${(1 - own).toFixed(3)}, under the champion's with ${(1 - champions).toFixed(3)}`,
    action:
      'Train it with a loss that keeps people apart, or with a smaller learning rate, and hand it in again.',
  });
}

/** 1 less the mean size of cosines between recordings of different people; null where there are no two. */
function spreadOf(rows: readonly Embedded[]): number | null {
  const some = rows.filter((_, index) => index % Math.ceil(rows.length / MOST_COMPARED) === 0);
  const cosines = some.flatMap((one, at) =>
    some
      .slice(at + 1)
      .filter(({ row }) => row.person !== one.row.person)
      .map((other) => Math.abs(cosineOf(one.vector, other.vector))),
  );
  if (cosines.length === 0) return null;
  return 1 - cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}
