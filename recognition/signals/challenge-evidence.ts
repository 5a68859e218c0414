import type { HeadTurn } from './head.ts';
import type { LipAgreement } from './lips.ts';

/**
 * Natural-log likelihood ratios: how much more likely this is if a person answers the challenge here and now than if
 * something is played back. Null where nothing was asked, offered or known.
 */
export interface ChallengeEvidence {
  readonly digits: number | null;
  readonly lips: number | null;
  readonly head: number | null;
}

/** Says which part of an answer speaks against it; stable codes. */
export type ChallengeFault = 'digits_differ' | 'lips_differ' | 'head_not_turned';

/**
 * Straight lines through what was measured, kept within what so few recordings can carry. Digits: misfit of the right and
 * of other digits, 13 people of AudioMNIST-AZ and 3 of FSDD. Lips: 5 clips of GRID, with their own and with other sound.
 */
const MAPS = {
  digits: { slope: -85, intercept: 4, lowest: -6, highest: 4 },
  lips: { slope: 6, intercept: -2.1, lowest: -1.5, highest: 1 },
  /** A mouth that hardly moves says nothing: 0.02 and more in people who speak, 0.002 to 0.014 in photographs held by hand. */
  movement: { slope: 350, intercept: -6.3, lowest: -4, highest: 0 },
  /** Half of all films of an earlier answer show a turn to the side that is asked for. */
  head: { slope: 0.4, intercept: -4.4, lowest: -3, highest: 0.7 },
} as const;

/** Below this sum, what the voice or what the face shows is taken for played back. */
const LEAST = -1.5;

export function digitsRatio(misfit: number): number {
  return within(MAPS.digits, MAPS.digits.intercept + MAPS.digits.slope * misfit);
}

export function lipsRatio({ correlation, movement }: LipAgreement): number {
  return (
    within(MAPS.lips, MAPS.lips.intercept + MAPS.lips.slope * correlation) +
    within(MAPS.movement, MAPS.movement.intercept + MAPS.movement.slope * movement)
  );
}

export function headRatio({ asked, other }: HeadTurn): number {
  const towards = asked > other ? asked : 0;
  return within(MAPS.head, MAPS.head.intercept + MAPS.head.slope * towards);
}

/** What speaks clearly against an answer: by voice and by face apart, since either may be live while the other is not. */
export function challengeFaults({ digits, lips, head }: ChallengeEvidence): ChallengeFault[] {
  const faults: ChallengeFault[] = [];
  if (digits !== null && digits < LEAST) faults.push('digits_differ');
  if ((lips ?? 0) + (head ?? 0) < LEAST) {
    if (lips !== null && lips < 0) faults.push('lips_differ');
    if (head !== null && head < 0) faults.push('head_not_turned');
  }
  return faults;
}

function within({ lowest, highest }: { lowest: number; highest: number }, ratio: number): number {
  return Math.max(lowest, Math.min(highest, ratio));
}
