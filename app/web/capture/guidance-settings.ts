const KEY = 'visavox.guidance';

/** How somebody likes to be led in this browser. */
export interface GuidanceSettings {
  /** What is asked for is said aloud, while nothing is recorded. */
  readonly spoken: boolean;
  /** Recordings begin when a button is pressed: a screen reader would else talk into them. */
  readonly byHand: boolean;
}

export function keptGuidance(): GuidanceSettings {
  const kept = (localStorage.getItem(KEY) ?? '').split(' ');
  return { spoken: kept.includes('spoken'), byHand: kept.includes('by-hand') };
}

export function keepGuidance({ spoken, byHand }: GuidanceSettings): void {
  localStorage.setItem(KEY, [...(spoken ? ['spoken'] : []), ...(byHand ? ['by-hand'] : [])].join(' '));
}
