import type { SyntheticPerson } from '@visavox/recognition/synthetic/person';
import type { PictureStore } from '@visavox/recognition/synthetic/picture-store';
import { Sitting, type Size } from '@visavox/recognition/synthetic/sitting';
import { testPictures } from '@visavox/recognition/synthetic/test-pictures';
import type { Performer } from './performer.ts';

export interface PerformerDetail {
  /** Pictures of a turn to either side. */
  readonly turns?: number;
  readonly size?: Size;
  /** Where rendered looks are kept. */
  readonly pictures?: PictureStore;
}

/** Radians, at the end of a turn. */
const FARTHEST = (28 * Math.PI) / 180;

/** A rendered person who speaks and turns the head. Looks are made beforehand: who is asked for digits answers at once. */
export async function syntheticPerformer(
  person: SyntheticPerson,
  { turns = 7, size = { width: 360, height: 480 }, pictures = testPictures }: PerformerDetail = {},
): Promise<Performer> {
  // Pictures before the speech are the page's own.
  const sitting = new Sitting(person, 1, { size, pictures, every: { before: 60_000, during: 80 } });
  const photographs = (count: number, yaw: (share: number) => number) =>
    Promise.all(
      Array.from({ length: count }, (_, take) =>
        sitting.photograph({ take, yaw: yaw(take / (count - 1)), size }),
      ),
    );
  let take = 0;
  const say = (digits: string) => sitting.answer(digits, { turn: null, take: take++ });
  await say('0123456789');
  return {
    rest: await photographs(5, () => 0),
    turns: {
      left: await photographs(turns, (share) => share * FARTHEST),
      right: await photographs(turns, (share) => -share * FARTHEST),
    },
    say,
  };
}
