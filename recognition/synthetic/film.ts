import type { Turn } from '../signals/head.ts';
import type { SyntheticPerson } from './person.ts';
import { type FilmedAnswer, Sitting, type SittingOptions } from './sitting.ts';

/** The person turns the head, looks straight again and says the digits, in one sitting of their own. */
export function filmAnswer(
  person: SyntheticPerson,
  digits: string,
  { turn, variation, ...options }: { turn: Turn | null; variation: number } & SittingOptions,
): Promise<FilmedAnswer> {
  return new Sitting(person, variation, options).answer(digits, { turn, take: 0 });
}
