import { type AskedUtterance, repetition } from '../signals/repeated-digits.ts';
import { ENROLMENT_RULES } from './rules.ts';

/** Whether utterances say the digits that were asked for, as far as a stranger's voice in an unknown language tells. */
export function digitsWereSaid(said: readonly AskedUtterance[]): boolean {
  const found = repetition(said);
  const { alike, misfit } = ENROLMENT_RULES.digits;
  return found !== null && found.alike >= alike && found.misfit <= misfit;
}
