import { type ChallengeEvidence, digitsRatio, headRatio, lipsRatio } from './challenge-evidence.ts';
import type { Sounds } from './challenge-sounds.ts';
import { misfit, type SpokenDigit } from './challenge-words.ts';
import { headTurn, type Turn } from './head.ts';
import { lipAgreement, type SeenFace } from './lips.ts';

export interface HeardAndSeen {
  readonly sounds: Sounds;
  /** In seconds from the beginning of `sounds`. */
  readonly seen: readonly SeenFace[];
  /** How the person says the digits; null where that is not known. */
  readonly words: readonly SpokenDigit[] | null;
}

/** What an answer says about being given here and now to this challenge. */
export function answerEvidence(
  { sounds, seen, words }: HeardAndSeen,
  asked: { readonly digits: string; readonly turn: Turn | null },
): ChallengeEvidence {
  const wrong = words ? misfit(sounds, asked.digits, words) : null;
  const lips = lipAgreement(seen, sounds);
  const head = asked.turn && seen.length > 0 ? headTurn(seen, asked.turn) : null;
  return {
    digits: wrong === null ? null : digitsRatio(wrong),
    lips: lips && lipsRatio(lips),
    head: head && headRatio(head),
  };
}
