import { Random, spread } from '../random.ts';

/** What makes a voice this person's. */
export interface VoiceTraits {
  /** Median pitch in Hz. */
  readonly pitch: number;
  /** Pitch movement in semitones. */
  readonly melody: number;
  /** Formant frequencies relative to an average adult: short tracts have high ones. */
  readonly formantScale: number;
  /** Each formant's own factor, F1..F5: tracts differ in shape too. */
  readonly formantShape: readonly number[];
  /** Bandwidths relative to the average. */
  readonly damping: number;
  /** Share of a glottal cycle in which the folds are open. */
  readonly openQuotient: number;
  /** One-pole low pass on the glottal source, 0 bright .. 0.95 dull. */
  readonly tilt: number;
  readonly breathiness: number;
  /** Cycle-to-cycle variation of pitch and level, fractions. */
  readonly jitter: number;
  readonly shimmer: number;
  /** Share of the nose in vowels, and its resonance in Hz. */
  readonly nasality: number;
  readonly nose: number;
  /** Centre of s relative to the average. */
  readonly hiss: number;
  /** What the throat and the nose's side cavities add or take: peaks and dips of the spectrum. */
  readonly timbre: readonly { readonly centre: number; readonly width: number; readonly gain: number }[];
  readonly tempo: number;
  /** Accent: factors for F1 and F2 of each vowel and for the length of each sound. */
  accent(sound: string): { readonly first: number; readonly second: number; readonly length: number };
}

export function drawVoice(seed: number, index: number): VoiceTraits {
  const random = new Random('voice', seed, index);
  const masculine = spread(seed, index, 0);
  const within = (dimension: number, low: number, high: number) =>
    low + (high - low) * spread(seed + 7919, index, dimension);
  const vary = (mean: number, deviation: number) =>
    mean + deviation * Math.max(-2, Math.min(2, random.normal()));
  const man = masculine > 0.5;
  const accents = new Map<string, { first: number; second: number; length: number }>();
  return {
    pitch: man ? within(0, 82, 150) : within(0, 160, 265),
    melody: within(5, 0.8, 3.5),
    formantScale: man ? within(1, 0.88, 1.06) : within(1, 1.04, 1.24),
    formantShape: [vary(1, 0.05), vary(1, 0.05), within(2, 0.9, 1.1), within(3, 0.88, 1.12), vary(1, 0.05)],
    damping: vary(1, 0.2),
    openQuotient: vary(man ? 0.55 : 0.65, 0.07),
    tilt: within(4, 0.1, 0.8),
    breathiness: within(6, 0.005, 0.14),
    jitter: random.between(0.004, 0.016),
    shimmer: random.between(0.02, 0.07),
    nasality: random.between(0, 0.5),
    nose: vary(280, 40),
    hiss: vary(man ? 0.95 : 1.12, 0.1),
    timbre: [450, 1000, 1900, 3000, 4300, 6000].map((centre) => ({
      centre: centre * Math.exp(random.normal(0, 0.12)),
      width: centre * 0.35,
      gain: vary(0, 1),
    })),
    tempo: within(7, 0.68, 0.95),
    accent(sound) {
      const known = accents.get(sound);
      if (known) return known;
      const own = new Random('accent', seed, index, sound);
      const drawn = {
        first: Math.exp(own.normal(0, 0.06)),
        second: Math.exp(own.normal(0, 0.06)),
        length: Math.exp(own.normal(0, 0.12)),
      };
      accents.set(sound, drawn);
      return drawn;
    },
  };
}
