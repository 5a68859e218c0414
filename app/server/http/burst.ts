import { UserError } from '@visavox/core/errors';
import type { BurstFrame } from '../sign-in/liveness.ts';

const mostFrames = 80;
/** A burst begins at most so long before the recording, and lasts at most as long as one, in milliseconds. */
const earliest = -15_000;
const latest = 60_000;

/** Pairs the pictures with their times, `-1200,-900,…,3500`: milliseconds from the beginning of the recording, ascending. */
export function burstOf(frames: readonly Uint8Array[], times: string | undefined): BurstFrame[] {
  const given = times === undefined || times.trim() === '' ? [] : times.split(',').map(Number);
  const ascending = given.every((time, index) => index === 0 || time > given[index - 1]!);
  const possible = given.every((time) => Number.isFinite(time) && time >= earliest && time <= latest);
  if (given.length !== frames.length || !ascending || !possible || frames.length > mostFrames) {
    throw new UserError({
      kind: 'invalid',
      code: 'burst_invalid',
      message: `the pictures of the burst and their times do not go together. Received: ${frames.length} pictures, ${given.length} times`,
      action: `Send at most ${mostFrames} parts "frame" and as many ascending milliseconds in "frameTimes", 0 being the beginning of the recording.`,
    });
  }
  return frames.map((bytes, index) => ({ bytes, at: given[index]! }));
}
