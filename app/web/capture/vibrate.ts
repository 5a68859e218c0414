const PATTERNS = { taken: [40], asked: [25, 60, 25], over: [80] } as const;

/** A telephone tells by touch as well, where it can; never while it records, which would hear it. */
export function vibrate(what: keyof typeof PATTERNS): void {
  // iOS has no vibration, and Firefox has taken it away.
  if (typeof navigator.vibrate === 'function') navigator.vibrate([...PATTERNS[what]]);
}
