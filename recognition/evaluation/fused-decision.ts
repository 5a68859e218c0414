import type { Calibration } from '../signals/calibration.ts';
import { decide, fuse } from '../signals/decision.ts';
import type { EvidenceMap } from '../signals/evidence-map.ts';
import { fusedThreshold } from '../signals/fit-decision.ts';
import { wilson } from './error-rates.ts';
import { type OperatingPoint, pointOf } from './evidence.ts';
import type { ScoredComparison } from './scored-comparisons.ts';

/** How often something happened. */
export interface Share {
  /** Null where there are fewer than 300 comparisons: even none of them would not carry a claim of one in a hundred. */
  readonly rate: number | null;
  readonly count: number;
  readonly comparisons: number;
  /** Comparisons of the one modality that differs: each is made with several recordings of the other. */
  readonly distinct: number;
  /** Wilson, 95 %, of as many as are distinct. */
  readonly interval: readonly [number, number];
}

/** The two mixed cases: each modality has to hold by itself. */
export interface MixedFigures {
  readonly rightFaceStrangersVoice: Share | null;
  readonly strangersFaceRightVoice: Share | null;
}

/** What the sign-in rule decides: each modality at its threshold, and both together at theirs. */
export interface DecisionFigures extends OperatingPoint, MixedFigures {
  readonly thresholds: { readonly face: number; readonly voice: number; readonly fused: number };
  readonly genuine: number;
  readonly impostor: number;
  readonly refused: number;
  readonly accepted: number;
  /** Up to two tries, the second one judged by both utterances together; the face is that of the first. */
  readonly withinTwoTries: MixedFigures & { readonly fnmr: Share; readonly fmr: Share };
  /**
   * Face and voice of different people know nothing of each other: each impostor's face with each impostor's voice. `most`: with
   * the upper ends of what each modality's comparisons leave open.
   */
  readonly independent: { readonly fmr: number; readonly most: number; readonly pairs: number };
  /** What an FMR of 1e-4 costs on these recordings; null where they cannot carry it. */
  readonly atFmr1e4: { readonly threshold: number; readonly fnmr: number } | null;
}

interface Pair {
  readonly seen: ScoredComparison;
  readonly heard: ScoredComparison;
}

const TARGET = 1e-4;
const FEWEST = 300;

export function decisionFigures(
  calibration: Calibration,
  given: {
    readonly pairs: readonly Pair[];
    readonly faces: readonly ScoredComparison[];
    readonly voices: readonly ScoredComparison[];
  },
): DecisionFigures | null {
  const { decision: rule } = calibration;
  const sides = given.pairs.map(({ seen, heard }) => ({
    same: seen.same,
    face: within(seen.score, calibration.face),
    voice: within(heard.score, calibration.voice),
    twice: twoTries(heard, calibration.voice),
  }));
  const accepts = (face: number | null, voice: number | null, threshold = rule.threshold) =>
    decide(fuse(face, voice), { ...rule, threshold }) === 'accept';
  const [genuine, impostor] = [sides.filter(({ same }) => same), sides.filter(({ same }) => !same)];
  if (genuine.length === 0 || impostor.length === 0) return null;
  const counts = (kind: 'voice' | 'twice') => ({
    matched: genuine.filter((side) => accepts(side.face, side[kind])).length,
    falsely: impostor.filter((side) => accepts(side.face, side[kind])).length,
  });
  const [one, two] = [counts('voice'), counts('twice')];
  const point = pointOf(rule.threshold, { ...one, genuine: genuine.length, impostor: impostor.length });
  const strangers = {
    faces: given.faces.filter(({ same }) => !same),
    voices: given.voices.filter(({ same }) => !same),
  };
  const mixed = (kind: 'voice' | 'twice'): MixedFigures => ({
    rightFaceStrangersVoice: crossed(genuine, strangers.voices, (side, heard) =>
      accepts(
        side.face,
        kind === 'voice' ? within(heard.score, calibration.voice) : twoTries(heard, calibration.voice),
      ),
    ),
    strangersFaceRightVoice: crossed(genuine, strangers.faces, (side, seen) =>
      accepts(within(seen.score, calibration.face), side[kind]),
    ),
  });
  const impostors = {
    face: strangers.faces.map(({ score }) => within(score, calibration.face)),
    voice: strangers.voices.map(({ score }) => within(score, calibration.voice)),
  };
  const needed = atTarget(impostors, rule);
  return {
    ...point,
    thresholds: { face: rule.face, voice: rule.voice, fused: rule.threshold },
    genuine: genuine.length,
    impostor: impostor.length,
    refused: genuine.length - one.matched,
    accepted: one.falsely,
    ...mixed('voice'),
    withinTwoTries: {
      fnmr: shareOf(genuine.length - two.matched, genuine.length),
      fmr: shareOf(two.falsely, impostor.length),
      ...mixed('twice'),
    },
    independent: independent(impostors, accepts, rule),
    atFmr1e4:
      needed === null
        ? null
        : {
            threshold: needed,
            fnmr: genuine.filter((side) => !accepts(side.face, side.voice, needed)).length / genuine.length,
          },
  };
}

/** As in a sign-in: ratios within their limits, and null where the comparison could not be made. */
function within(score: number, { limit, against = limit }: EvidenceMap): number | null {
  return score === -Infinity ? null : Math.max(-against, Math.min(limit, score));
}

function twoTries({ score, together }: ScoredComparison, map: EvidenceMap): number | null {
  return within(Math.max(score, together ?? -Infinity), map);
}

/** Each genuine side with a stranger's other modality, in turns, so that every stranger takes part. */
function crossed<T>(
  genuine: readonly T[],
  strangers: readonly ScoredComparison[],
  accepts: (side: T, stranger: ScoredComparison) => boolean,
): Share | null {
  if (strangers.length === 0) return null;
  const comparisons = Math.max(genuine.length, strangers.length);
  let accepted = 0;
  for (let turn = 0; turn < comparisons; turn++)
    accepted += Number(accepts(genuine[turn % genuine.length]!, strangers[turn % strangers.length]!));
  return shareOf(accepted, comparisons, strangers.length);
}

function shareOf(count: number, comparisons: number, distinct = comparisons): Share {
  const share = count / comparisons;
  return {
    rate: comparisons < FEWEST ? null : share,
    ...{ count, comparisons, distinct },
    interval: wilson(share * distinct, distinct),
  };
}

function independent(
  { face, voice }: { readonly face: readonly (number | null)[]; readonly voice: readonly (number | null)[] },
  accepts: (face: number | null, voice: number | null) => boolean,
  rule: Calibration['decision'],
): DecisionFigures['independent'] {
  const reach = (values: readonly (number | null)[], threshold: number) =>
    values.filter((value) => value !== null && value >= threshold);
  const [faces, voices] = [reach(face, rule.face), reach(voice, rule.voice)];
  let accepted = 0;
  for (const one of faces) for (const other of voices) accepted += Number(accepts(one, other));
  const pairs = face.length * voice.length;
  const most = (count: number, of: number) => (of === 0 ? 1 : wilson(count, of)[1]);
  return {
    fmr: pairs === 0 ? 0 : accepted / pairs,
    most: most(faces.length, face.length) * most(voices.length, voice.length),
    pairs,
  };
}

/** The sum that strangers in both reach at the target FMR; not below the rule's modalities. Rule of three for each of them. */
function atTarget(
  { face, voice }: { readonly face: readonly (number | null)[]; readonly voice: readonly (number | null)[] },
  rule: Calibration['decision'],
): number | null {
  if (Math.min(face.length, voice.length) * Math.sqrt(TARGET) < 3) return null;
  const known = (values: readonly (number | null)[]) => values.map((value) => value ?? -Infinity);
  return fusedThreshold(known(face), known(voice), TARGET, rule);
}
