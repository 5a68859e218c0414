import type { FacialLife } from './facial-life.ts';
import type { HeadTurn } from './head.ts';
import type { LipAgreement } from './lips.ts';
import type { TurnDepth } from './turn-depth.ts';

/**
 * Natural-log likelihood ratios: how much more likely this is if a person answers the challenge here and now than if
 * something is played back. Null where nothing was asked, offered or known.
 */
export interface ChallengeEvidence {
  readonly digits: number | null;
  readonly lips: number | null;
  readonly head: number | null;
  /** Whether what turned is a head, not a sheet. */
  readonly depth: number | null;
  /** Whether the face moves as living ones do. */
  readonly life: number | null;
  /** Whether every picture is a new one. */
  readonly novelty: number | null;
}

/** Says which part of an answer speaks against it; stable codes. */
export type ChallengeFault =
  | 'digits_differ'
  | 'lips_differ'
  | 'head_not_turned'
  | 'head_is_flat'
  | 'face_animated'
  | 'pictures_recur';

/**
 * Straight lines through what was measured, kept within what so few recordings can carry. Digits: misfit of the right and
 * of other digits, 13 people of AudioMNIST-AZ and 3 of FSDD. The rest: docs/decisions/0019 tells on whom.
 */
const MAPS = {
  digits: { slope: -85, intercept: 4, lowest: -6, highest: 4 },
  lips: { slope: 10, intercept: -5, lowest: -4, highest: 3 },
  /** A mouth that hardly moves says nothing: 0.01 and more in people who speak, 0.002 to 0.008 in photographs held by hand. */
  movement: { slope: 350, intercept: -3.5, lowest: -4, highest: 0 },
  /** Degrees. Photographs that are turned by 50 degrees are taken for heads turned by 16 at most. */
  head: { slope: 0.4, intercept: -6.4, lowest: -4, highest: 2 },
  depth: { slope: -100, intercept: 96.2, lowest: -4, highest: 4 },
  life: { slope: 1, intercept: 1.2, lowest: -4, highest: 4 },
  novelty: { slope: 25, intercept: -7, lowest: -4, highest: 4 },
} as const;

/** Below this, each stands for itself against an answer: a mouth that moves does not pay for a head that did not turn. */
const LEAST = { digits: -1.5, lips: 0, head: 0, depth: 0, life: 0, novelty: 0 } as const;

export function digitsRatio(misfit: number): number {
  return onLine(MAPS.digits, misfit);
}

export function lipsRatio({ correlation, movement }: LipAgreement): number {
  return onLine(MAPS.lips, correlation) + onLine(MAPS.movement, movement);
}

export function headRatio({ asked, other }: HeadTurn): number {
  return onLine(MAPS.head, asked > other ? asked : 0);
}

export function depthRatio({ bent }: TurnDepth): number {
  return onLine(MAPS.depth, bent);
}

/**
 * Chosen on 84 films of rendered people and 5 of GRID, and on 46 of photographs of the former that were animated. Lids weigh
 * little: not everybody blinks within three seconds.
 */
const LIFE = { bias: -0.29, second: 3, third: 6, lids: 2 } as const;

export function lifeRatio({ second, third, lids }: FacialLife): number {
  const far = (value: number, middle: number) => Math.log(Math.max(1e-4, value) / middle);
  const sum =
    LIFE.bias +
    LIFE.second * far(second, 0.02) +
    LIFE.third * far(third, 0.008) +
    LIFE.lids * far(lids, 0.045);
  return onLine(MAPS.life, sum);
}

export function noveltyRatio(nearestTwins: number): number {
  return onLine(MAPS.novelty, nearestTwins);
}

const FAULTS = {
  digits: 'digits_differ',
  lips: 'lips_differ',
  head: 'head_not_turned',
  depth: 'head_is_flat',
  life: 'face_animated',
  novelty: 'pictures_recur',
} as const satisfies Record<keyof ChallengeEvidence, ChallengeFault>;

const parts = ['digits', 'lips', 'head', 'depth', 'life', 'novelty'] as const;

/** What speaks clearly against an answer. */
export function challengeFaults(evidence: ChallengeEvidence): ChallengeFault[] {
  return parts.flatMap((part) => {
    const ratio = evidence[part];
    return ratio !== null && ratio < LEAST[part] ? [FAULTS[part]] : [];
  });
}

function onLine(
  {
    slope,
    intercept,
    lowest,
    highest,
  }: { slope: number; intercept: number; lowest: number; highest: number },
  value: number,
): number {
  return Math.max(lowest, Math.min(highest, intercept + slope * value));
}
