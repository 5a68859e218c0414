import type { Turn } from '../signals/head.ts';
import type { SyntheticPerson } from './person.ts';
import { type Film, Sitting, type SittingOptions } from './sitting.ts';

/** A head that turns as an enrolment asks, to each side and back; times are from the first picture. */
export function filmTurns(
  person: SyntheticPerson,
  turns: readonly Turn[],
  { variation, take = 0, ...options }: { variation: number; take?: number } & SittingOptions,
): Promise<Film> {
  return new Sitting(person, variation, options).turns(turns, { take });
}
