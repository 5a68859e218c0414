import { portrait, sayDigits, TURNED } from '@visavox/recognition/synthetic/film';
import type { SyntheticPerson } from '@visavox/recognition/synthetic/person';
import type { Performer } from './performer.ts';

/** Pictures from a closed mouth to an open one. */
const MOUTHS = 6;

export interface PerformerDetail {
  /** Pictures of a turn to either side. */
  readonly turns?: number;
  readonly size?: { readonly width: number; readonly height: number };
}

/** A rendered person who speaks and turns the head. Fewer and smaller pictures are made sooner. */
export async function syntheticPerformer(
  person: SyntheticPerson,
  { turns = 5, size = { width: 360, height: 480 } }: PerformerDetail = {},
): Promise<Performer> {
  let frame = 0;
  const looks = (count: number, look: (share: number) => { mouthOpen: number; yaw: number }) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        portrait(person, look(index / (count - 1)), { variation: 1, frame: frame++, size }),
      ),
    );
  let take = 0;
  return {
    mouths: await looks(MOUTHS, (share) => ({ mouthOpen: share, yaw: 0 })),
    turns: {
      left: await looks(turns, (share) => ({ mouthOpen: 0, yaw: share * TURNED })),
      right: await looks(turns, (share) => ({ mouthOpen: 0, yaw: -share * TURNED })),
    },
    say: (digits) => sayDigits(person, digits, { variation: take++ }),
  };
}
