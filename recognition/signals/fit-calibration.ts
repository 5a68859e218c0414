import type { Calibration } from './calibration.ts';
import { fitDecision, type ImpostorRatios, ratioWithinTwoTries } from './fit-decision.ts';
import { type RuledMap, refitted } from './fit-map.ts';
import { type Known, scoresOf, type Trial } from './trials.ts';

/** Trials of one modality and how many people take part in them. */
export interface ModalityTrials {
  readonly trials: Known<Trial>;
  readonly people: number;
}

/** Refits both maps and the thresholds for a model that descends from the one that `parent` belongs to. */
export function fitCalibration(request: {
  readonly face: ModalityTrials;
  readonly voice: ModalityTrials;
  /** Its maps and thresholds brought to the scores of the model that is calibrated (`carriedOver`). */
  readonly parent: Calibration;
  readonly on: string;
  readonly how: string;
}): Calibration {
  const { parent, on, how } = request;
  const fit = (modality: 'face' | 'voice'): RuledMap => {
    const known = { map: parent[modality], threshold: parent.decision[modality] };
    return refitted(known, scoresOf(known.map, request[modality].trials));
  };
  const [face, voice] = [fit('face'), fit('voice')];
  const count = ({ trials }: ModalityTrials) => ({
    genuine: trials.genuine.length,
    impostor: trials.impostor.length,
  });
  const inherited = {
    ...parent.decision,
    face: face.threshold,
    voice: voice.threshold,
    // What the sum had to reach beyond both stays.
    threshold:
      parent.decision.threshold -
      parent.decision.face -
      parent.decision.voice +
      face.threshold +
      voice.threshold,
  };
  return {
    format: 2,
    face: face.map,
    voice: voice.map,
    decision: fitDecision(
      { face: impostorsOf(face, request.face), voice: impostorsOf(voice, request.voice) },
      parent.decision,
      inherited,
    ),
    measured: {
      on,
      how,
      trials: { face: count(request.face), voice: count(request.voice) },
      figures: {},
    },
  };
}

function impostorsOf({ map }: RuledMap, { trials, people }: ModalityTrials): ImpostorRatios {
  return { ratios: trials.impostor.map((trial) => ratioWithinTwoTries(map, trial)), people };
}
