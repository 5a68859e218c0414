import {
  type ChallengeEvidence,
  depthRatio,
  digitsRatio,
  headRatio,
  lifeRatio,
  lipsRatio,
  noveltyRatio,
} from './challenge-evidence.ts';
import type { Sounds } from './challenge-sounds.ts';
import { misfit, type SpokenDigit } from './challenge-words.ts';
import { facialLife } from './facial-life.ts';
import { headTurn, type Turn } from './head.ts';
import { lipAgreement, type SeenFace } from './lips.ts';
import { nearestTwins } from './recurring-pictures.ts';
import { turnDepth } from './turn-depth.ts';
import { type WordSpan, wordSpans } from './word-spans.ts';

export interface HeardAndSeen {
  readonly sounds: Sounds;
  /** In seconds from the beginning of `sounds`. */
  readonly seen: readonly SeenFace[];
  /** How the person says the digits; null where that is not known. */
  readonly words: readonly SpokenDigit[] | null;
}

export interface Asked {
  readonly digits: string;
  readonly turn: Turn | null;
}

export interface AnswerHeard {
  readonly evidence: ChallengeEvidence;
  /** Where the words are; null where they are fewer than were asked for. */
  readonly spans: readonly WordSpan[] | null;
}

/** What an answer says about being given here and now to this challenge. */
export function answerEvidence({ sounds, seen, words }: HeardAndSeen, asked: Asked): AnswerHeard {
  const wrong = words ? misfit(sounds, asked.digits, words) : null;
  const lips = lipAgreement(seen, sounds);
  const head = asked.turn && seen.length > 0 ? headTurn(seen, asked.turn) : null;
  const depth = asked.turn && seen.length > 0 ? turnDepth(seen) : null;
  const life = facialLife(seen);
  const twins = nearestTwins(seen);
  const spans = asked.digits === '' ? null : wordSpans(sounds, asked.digits.length);
  return {
    evidence: {
      digits: wrong === null ? null : digitsRatio(wrong),
      lips: lips && lipsRatio(lips),
      head: head && headRatio(head),
      depth: depth && depthRatio(depth),
      life: life && lifeRatio(life),
      novelty: twins === null ? null : noveltyRatio(twins),
    },
    spans,
  };
}
