import type { Turn } from '../signals/head.ts';
import { portrait, TURNED } from './film.ts';
import type { SyntheticPerson } from './person.ts';

/** A head that turns as an enrolment asks, as a browser records it. */
export interface FilmedTurns {
  readonly frames: readonly Uint8Array[];
  /** Milliseconds from the first, one a frame. */
  readonly times: readonly number[];
}

const turnMilliseconds = 2000;

/** Straight ahead, to each side and back. */
export async function filmTurns(
  person: SyntheticPerson,
  turns: readonly Turn[],
  {
    variation,
    framesPerSecond = 5,
    turned = TURNED,
  }: { variation: number; framesPerSecond?: number; turned?: number },
): Promise<FilmedTurns> {
  const frames: Uint8Array[] = [];
  const times: number[] = [];
  const end = Math.max(1, turns.length) * turnMilliseconds;
  for (let at = 0; at <= end; at += 1000 / framesPerSecond) {
    const turn = turns[Math.floor(at / turnMilliseconds)];
    const side = turn === undefined ? 0 : turn === 'left' ? 1 : -1;
    const yaw = side * turned * Math.sin((Math.PI * (at % turnMilliseconds)) / turnMilliseconds);
    const size = { width: 240, height: 320 };
    frames.push(await portrait(person, { mouthOpen: 0, yaw }, { variation, frame: frames.length, size }));
    times.push(Math.round(at));
  }
  return { frames, times };
}
