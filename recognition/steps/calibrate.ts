import { getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { type Modality, modalities } from '../bundle-parts.ts';
import type { Split } from '../feature-table.ts';
import { Calibration, fitCalibration, REFERENCE } from '../signals/calibration.ts';
import { type ScoreSet, verificationScores } from '../signals/trials.ts';
import { embeddingsByPerson } from './population.ts';
import { runStep, type Step } from './step.ts';
import { TrainingReport } from './training-report.ts';

/** Refits scores to likelihood ratios and the thresholds, never on the evaluation people. */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const inherited = champion.files.get('calibration.json');
  if (!inherited) throw new SystemError('the champion has no calibration.json');
  const parent = Calibration.parse(JSON.parse(Buffer.from(inherited).toString('utf8')));
  const scores = { face: await scoresOf(step, 'face'), voice: await scoresOf(step, 'voice') };
  const calibration = fitCalibration({
    ...scores,
    parent,
    on: `people enrolled here, dataset ${step.argument('dataset')}`,
    how: `templates of ${REFERENCE.enrol} recordings against ${REFERENCE.probe}, each person with every other; logistic regression drawn towards the parent's`,
  });
  for (const modality of modalities) {
    const { genuine, impostor } = scores[modality];
    const { slope, offset } = calibration[modality];
    step.log(
      `${modality}: ${genuine.length} genuine, ${impostor.length} impostor -> LLR = ${slope.toFixed(2)} x cosine ${offset < 0 ? '-' : '+'} ${Math.abs(offset).toFixed(2)}`,
    );
  }
  step.log(`accept from LLR ${calibration.decision.threshold.toFixed(2)}`);
  await step.write('calibration', JSON.stringify(calibration));
});

/** A head that was trained on people knows them too well: its calibration comes from the validation people alone. */
async function scoresOf(step: Step, modality: Modality): Promise<ScoreSet> {
  const report = TrainingReport.parse(
    JSON.parse(Buffer.from(await step.read(`${modality}-report`)).toString('utf8')),
  );
  const splits: readonly Split[] = report.kept ? ['train', 'validation'] : ['validation'];
  const people = await embeddingsByPerson(
    await step.read(`${modality}-features`),
    await step.read(`${modality}-head`),
    splits,
  );
  return verificationScores(people, REFERENCE);
}
