/** Milliseconds from one digit to the next: quickly or after a wait, so that a guess is far off where it is wrong. */
const QUICK = [600, 800] as const;
const WAIT = [1400, 1800] as const;
/** For who needs more time. */
const SLOWLY = 1.8;
/** Some of both: people count on an even beat, and so do films. */
const MOST_TRIES = 100;

/** When each of so many digits appears, from the first one. `random`: uniform in [0, 1). */
export function drawCues(
  digits: number,
  { slowly = false, random }: { slowly?: boolean | undefined; random: () => number },
): number[] {
  const waits = drawWaits(Math.max(0, digits - 1), random);
  const cues = [0];
  for (const wait of waits) {
    const [from, to] = wait ? WAIT : QUICK;
    const gap = (from + (to - from) * random()) * (slowly ? SLOWLY : 1);
    cues.push(cues.at(-1)! + Math.round(gap));
  }
  return cues;
}

function drawWaits(gaps: number, random: () => number): boolean[] {
  for (let attempt = 0; ; attempt++) {
    const waits = Array.from({ length: gaps }, () => random() >= 0.5);
    const mixed = waits.includes(true) && waits.includes(false);
    if (mixed || gaps < 2 || attempt >= MOST_TRIES) return waits;
  }
}
