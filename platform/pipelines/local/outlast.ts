import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '@visavox/core/errors';

export interface Patience {
  /** Whether it is only that something is away for now: the database, the object store. */
  readonly isAway: (error: unknown) => boolean;
  /** Ends the waiting: the error is thrown. */
  readonly until: AbortSignal;
  /** Told why it waits, and null when it does not any more. */
  readonly tell: (reason: string | null) => void;
}

const longestPause = 10;

/** Does work that may be repeated again and again while what it needs is away. Nothing is wrong with a step for that. */
export async function outlast<Result>(
  work: () => Promise<Result>,
  { isAway, until, tell }: Patience,
): Promise<Result> {
  for (let pause = 0.5; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      const result = await work();
      if (pause > 0.5) tell(null);
      return result;
    } catch (error) {
      if (until.aborted || !isAwayAtHeart(error, isAway)) throw error;
      tell(`waits, next try in ${pause} s: ${messageOf(error)}`);
      await sleep(pause * 1000, undefined, { signal: until }).catch(() => {}); // the next failure is thrown
    }
  }
}

/** What was thrown may say in its own words what another error said. */
function isAwayAtHeart(error: unknown, isAway: Patience['isAway']): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (isAway(cause)) return true;
  return false;
}
