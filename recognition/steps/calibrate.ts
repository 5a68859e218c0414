import { getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { type Modality, modalities } from '../bundle-parts.ts';
import { Calibration, fitCalibration, REFERENCE } from '../signals/calibration.ts';
import { carriedOver } from '../signals/carried-calibration.ts';
import { type ScoreSet, verificationScores } from '../signals/trials.ts';
import { byPerson, crossFitted, type Embedded, embeddings, enrolsCopies } from './population.ts';
import { runStep, type Step } from './step.ts';

/** Refits scores to likelihood ratios and the thresholds, never on the evaluation people. */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const inherited = champion.files.get('calibration.json');
  if (!inherited) throw new SystemError('the champion has no calibration.json');
  const parent = Calibration.parse(JSON.parse(Buffer.from(inherited).toString('utf8')));
  const scores = { face: await scoresOf(step, 'face'), voice: await scoresOf(step, 'voice') };
  const carried = { ...parent };
  for (const modality of modalities) {
    const head = champion.files.get(`${modality}-head.onnx`);
    if (!head) throw new SystemError(`the champion has no ${modality}-head.onnx`);
    carried[modality] = carriedOver(
      parent[modality],
      await championScoresOf(step, modality, { head, copies: parent[modality].copies ?? false }),
      scores[modality],
    );
  }
  const fitted = fitCalibration({
    ...scores,
    parent: carried,
    on: `people enrolled here, dataset ${step.argument('dataset')}`,
    how: `templates of ${REFERENCE.enrol} recordings against ${REFERENCE.probe}, each person with every other; each by a head that had not learned from the person; logistic regression drawn towards the parent's`,
  });
  const calibration: Calibration = {
    ...fitted,
    face: { ...fitted.face, copies: enrolsCopies(await step.read('face-crossfit')) },
    voice: { ...fitted.voice, copies: enrolsCopies(await step.read('voice-crossfit')) },
  };
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

/**
 * A head that learned from people knows them too well: scores come from embeddings by heads that had not learned from
 * them, and only those of one such head are compared with each other.
 */
async function scoresOf(step: Step, modality: Modality): Promise<ScoreSet> {
  return scoresWithinFolds(crossFitted(await step.read(`${modality}-crossfit`)));
}

/** Of the same recordings in the same folds, as the champion embeds them. */
async function championScoresOf(
  step: Step,
  modality: Modality,
  { head, copies }: { head: Uint8Array; copies: boolean },
): Promise<ScoreSet> {
  const folds = new Map(
    crossFitted(await step.read(`${modality}-crossfit`)).map(({ row }) => [row.key, row.fold]),
  );
  const rows = await embeddings(await step.read(`${modality}-features`), head, { copies });
  return scoresWithinFolds(
    rows.flatMap((one) =>
      folds.has(one.row.key) ? [{ ...one, row: { ...one.row, fold: folds.get(one.row.key) } }] : [],
    ),
  );
}

function scoresWithinFolds(rows: readonly Embedded[]): ScoreSet {
  const folds = [...new Set(rows.map(({ row }) => row.fold))];
  const sets = folds.map((fold) => {
    const people = byPerson(rows.filter(({ row }) => row.fold === fold));
    const of = (kind: 'vector' | 'enrolled') =>
      new Map([...people].map(([person, own]) => [person, own.map((one) => one[kind])] as const));
    return verificationScores(of('vector'), REFERENCE, of('enrolled'));
  });
  return {
    genuine: sets.flatMap((set) => set.genuine),
    impostor: sets.flatMap((set) => set.impostor),
  };
}
