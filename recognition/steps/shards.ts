/** Fewer recordings than this are not worth another process: it costs about as much to start as to embed them. */
const FEWEST_RECORDINGS = 20;
/** So many are a matter of a few minutes for one pod. */
const RECORDINGS_PER_POD = 1000;
const MOST_PODS = 50;

/** In how many shards recordings are embedded side by side. `most`: what the engine has; 0 where it has whatever is asked for. */
export function shardsFor(recordings: number, most: number): number {
  const wanted =
    most > 0 ? most : Math.min(MOST_PODS, Math.max(2, Math.ceil(recordings / RECORDINGS_PER_POD)));
  return Math.max(1, Math.min(wanted, Math.ceil(recordings / FEWEST_RECORDINGS)));
}
