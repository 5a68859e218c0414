import type { BundleFiles } from '@visavox/core/bundle';
import { SystemError } from '@visavox/core/errors';
import { type Modality, modalities } from '../bundle-parts.ts';
import { Calibration } from '../signals/calibration.ts';
import { carriedOver } from '../signals/carried-calibration.ts';
import { REFERENCE } from '../signals/evidence-map.ts';
import { fitCalibration, type ModalityTrials } from '../signals/fit-calibration.ts';
import { scoresOf, verifications } from '../signals/trials.ts';
import { byPerson, type Embedded, type Templates } from './population.ts';

/** The same recordings of one modality under two models, and how the candidate makes templates. */
export interface UnderBoth extends Pick<Templates, 'copies' | 'apart'> {
  readonly candidate: readonly Embedded[];
  readonly champion: readonly Embedded[];
}

export const trialsAre = `templates of ${REFERENCE.enrol} recordings against ${REFERENCE.probe}, each person with every other`;
export const drawnTowards =
  "logistic regression drawn towards the parent's map, which keeps its proportions; thresholds for up to two tries, never lower than the parent's where few people say so";

export function calibrationIn({ files }: BundleFiles): Calibration {
  const bytes = files.get('calibration.json');
  if (!bytes) throw new SystemError('the champion has no calibration.json');
  return Calibration.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/** The champion's, brought to the candidate's scores and refitted on these recordings. Only rows of one fold are compared. */
export function fittedCalibration(
  parent: Calibration,
  recordings: Readonly<Record<Modality, UnderBoth>>,
  { on, how }: Pick<Calibration['measured'], 'on' | 'how'>,
): Calibration {
  const trials = {
    face: trialsWithinFolds(recordings.face.candidate),
    voice: trialsWithinFolds(recordings.voice.candidate),
  };
  const carried = { ...parent, decision: { ...parent.decision } };
  for (const modality of modalities) {
    const known = { map: parent[modality], threshold: parent.decision[modality] };
    const { map, threshold } = carriedOver(
      known,
      scoresOf(known.map, trialsWithinFolds(recordings[modality].champion).trials),
      scoresOf(known.map, trials[modality].trials),
    );
    carried[modality] = map;
    carried.decision[modality] = threshold;
  }
  const fitted = fitCalibration({ ...trials, parent: carried, on, how });
  return {
    ...fitted,
    face: { ...fitted.face, ...templatesIn(recordings.face) },
    voice: { ...fitted.voice, ...templatesIn(recordings.voice) },
  };
}

const templatesIn = ({ copies, apart }: UnderBoth) => ({ copies, apart: copies && apart });

export function describeFit({ measured, decision }: Calibration): string[] {
  const of = (modality: Modality) =>
    `${modality}: ${measured.trials[modality]?.genuine ?? 0} genuine, ${measured.trials[modality]?.impostor ?? 0} impostor -> has to reach ${decision[modality].toFixed(2)}`;
  return [...modalities.map(of), `both together have to reach ${decision.threshold.toFixed(2)}`];
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
