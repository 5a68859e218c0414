import { getBundle } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { type Modality, modalities } from '../bundle-parts.ts';
import { Calibration } from '../signals/calibration.ts';
import { carriedOver } from '../signals/carried-calibration.ts';
import { REFERENCE } from '../signals/evidence-map.ts';
import { fitCalibration, type ModalityTrials } from '../signals/fit-calibration.ts';
import { scoresOf, verifications } from '../signals/trials.ts';
import { byPerson, crossFitted, type Embedded, embeddings, enrolsCopies } from './population.ts';
import { runStep, type Step } from './step.ts';

/** Refits scores to likelihood ratios and the thresholds, never on the evaluation people. */
await runStep(async (step) => {
  const champion = await getBundle(await step.objects(), step.digest('champion'));
  const inherited = champion.files.get('calibration.json');
  if (!inherited) throw new SystemError('the champion has no calibration.json');
  const parent = Calibration.parse(JSON.parse(Buffer.from(inherited).toString('utf8')));
  const trials = { face: await trialsOf(step, 'face'), voice: await trialsOf(step, 'voice') };
  const carried = { ...parent, decision: { ...parent.decision } };
  for (const modality of modalities) {
    const head = champion.files.get(`${modality}-head.onnx`);
    if (!head) throw new SystemError(`the champion has no ${modality}-head.onnx`);
    const known = { map: parent[modality], threshold: parent.decision[modality] };
    const before = await championTrialsOf(step, modality, { head, copies: known.map.copies ?? false });
    const { map, threshold } = carriedOver(
      known,
      scoresOf(known.map, before.trials),
      scoresOf(known.map, trials[modality].trials),
    );
    carried[modality] = map;
    carried.decision[modality] = threshold;
  }
  const fitted = fitCalibration({
    ...trials,
    parent: carried,
    on: `people enrolled here, dataset ${step.argument('dataset')}`,
    how: `templates of ${REFERENCE.enrol} recordings against ${REFERENCE.probe}, each person with every other; each by a head that had not learned from the person; logistic regression drawn towards the parent's map, which keeps its proportions; thresholds for up to two tries, never lower than the parent's where few people say so`,
  });
  const calibration: Calibration = {
    ...fitted,
    face: { ...fitted.face, copies: enrolsCopies(await step.read('face-crossfit')) },
    voice: { ...fitted.voice, copies: enrolsCopies(await step.read('voice-crossfit')) },
  };
  for (const modality of modalities) {
    const { genuine, impostor } = trials[modality].trials;
    step.log(
      `${modality}: ${genuine.length} genuine, ${impostor.length} impostor of ${trials[modality].people} people -> has to reach ${calibration.decision[modality].toFixed(2)}`,
    );
  }
  step.log(`both together have to reach ${calibration.decision.threshold.toFixed(2)}`);
  await step.write('calibration', JSON.stringify(calibration));
});

/**
 * A head that learned from people knows them too well: trials come from embeddings by heads that had not learned from
 * them, and only those of one such head are compared with each other.
 */
async function trialsOf(step: Step, modality: Modality): Promise<ModalityTrials> {
  return trialsWithinFolds(crossFitted(await step.read(`${modality}-crossfit`)));
}

/** Of the same recordings in the same folds, as the champion embeds them. */
async function championTrialsOf(
  step: Step,
  modality: Modality,
  { head, copies }: { head: Uint8Array; copies: boolean },
): Promise<ModalityTrials> {
  const folds = new Map(
    crossFitted(await step.read(`${modality}-crossfit`)).map(({ row }) => [row.key, row.fold]),
  );
  const rows = await embeddings(await step.read(`${modality}-features`), head, { copies });
  return trialsWithinFolds(
    rows.flatMap((one) =>
      folds.has(one.row.key) ? [{ ...one, row: { ...one.row, fold: folds.get(one.row.key) } }] : [],
    ),
  );
}

function trialsWithinFolds(rows: readonly Embedded[]): ModalityTrials {
  const folds = [...new Set(rows.map(({ row }) => row.fold))];
  const sets = folds.map((fold) =>
    verifications(byPerson(rows.filter(({ row }) => row.fold === fold)), REFERENCE),
  );
  return {
    trials: {
      genuine: sets.flatMap((set) => set.genuine),
      impostor: sets.flatMap((set) => set.impostor),
    },
    people: byPerson(rows).size,
  };
}
