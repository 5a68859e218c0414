import { closedMouth, type MouthShape } from '../face/expression.ts';
import type { Random } from '../random.ts';

/** A sound while it is said: name as in phonemes.ts, and how long. */
export interface SpokenSound {
  readonly name: string;
  readonly milliseconds: number;
}

/** How somebody moves the mouth when speaking. */
export interface Articulation {
  /** Of an average speaker's movements. */
  readonly strength: number;
  readonly rounding: number;
  /** How far the lips are apart between words, and at rest. */
  readonly parted: number;
  /** Milliseconds by which the mouth is ahead of the sound. */
  readonly ahead: number;
}

export function drawArticulation(random: Random): Articulation {
  return {
    strength: random.between(0.95, 1.35),
    rounding: random.between(0.7, 1.1),
    parted: Math.max(0, random.between(-0.03, 0.09)),
    ahead: random.between(20, 70),
  };
}

/** Milliseconds between two shapes of a track. */
export const MOUTH_STEP = 5;

const parts = ['jaw', 'open', 'spread', 'tuck', 'tongue'] as const;
type Part = (typeof parts)[number];

/** Milliseconds over which neighbouring sounds run into each other, by what moves: the jaw is heavy, the tongue is not. */
const inertia: Readonly<Record<Part, number>> = { jaw: 42, open: 32, spread: 55, tuck: 24, tongue: 22 };

type Target = Partial<MouthShape> & {
  /** What a sound insists on; the rest it takes from its neighbours. */
  readonly insists?: Partial<Record<Part, number>>;
};

/** Insisted on by what is left out of `insists`, and by sounds that are made with the tongue alone. */
const PLAIN = 1;
const INDIFFERENT = 0.25;

// Visemes after Cohen & Massaro (1993), in the words of expression.ts.
const targets: Readonly<Record<string, Target>> = {
  S: { jaw: 0.06, open: 0.2, spread: 0.4, insists: { jaw: 3, open: 2 } },
  Z: { jaw: 0.06, open: 0.2, spread: 0.35, insists: { jaw: 3, open: 2 } },
  T: { jaw: 0.12, open: 0.22, tongue: 0.9, insists: { jaw: 2, spread: INDIFFERENT, tongue: 4 } },
  K: { jaw: 0.3, open: 0.35, insists: { jaw: INDIFFERENT, open: INDIFFERENT, spread: INDIFFERENT } },
  closure: { jaw: 0.15, open: 0.2, insists: { jaw: 1, open: 0.7, spread: INDIFFERENT } },
  N: { jaw: 0.2, open: 0.26, tongue: 1, insists: { jaw: 1.5, spread: INDIFFERENT, tongue: 4 } },
  TH: { jaw: 0.16, open: 0.22, spread: 0.1, tongue: 1, insists: { jaw: 2, open: 2, tongue: 5 } },
  F: { jaw: 0.08, open: 0.1, spread: 0.1, tuck: 1, insists: { jaw: 3, open: 5, tuck: 5 } },
  V: { jaw: 0.1, open: 0.12, spread: 0.1, tuck: 1, insists: { jaw: 3, open: 5, tuck: 5 } },
  R: { jaw: 0.2, open: 0.25, spread: -0.55, insists: { spread: 2 } },
  W: { jaw: 0.12, open: 0.1, spread: -1, insists: { open: 4, spread: 5 } },
  UY: { jaw: 0.12, open: 0.13, spread: -0.9, insists: { open: 3, spread: 4 } },
  RR: { jaw: 0.35, open: 0.35, insists: { jaw: INDIFFERENT, open: INDIFFERENT, spread: INDIFFERENT } },
  IH: { jaw: 0.35, open: 0.45, spread: 0.3 },
  IY: { jaw: 0.18, open: 0.34, spread: 0.95, insists: { spread: 2 } },
  EY: { jaw: 0.42, open: 0.5, spread: 0.6 },
  EY2: { jaw: 0.25, open: 0.38, spread: 0.8 },
  EH: { jaw: 0.55, open: 0.56, spread: 0.4 },
  AX: { jaw: 0.35, open: 0.36 },
  AH: { jaw: 0.72, open: 0.68 },
  A: { jaw: 0.9, open: 0.85, spread: 0.1 },
  AY: { jaw: 0.95, open: 0.92, spread: 0.15 },
  AY2: { jaw: 0.32, open: 0.42, spread: 0.6 },
  AO: { jaw: 0.65, open: 0.6, spread: -0.5, insists: { spread: 2 } },
  OW: { jaw: 0.48, open: 0.46, spread: -0.65, insists: { spread: 2 } },
  OW2: { jaw: 0.22, open: 0.2, spread: -0.95, insists: { open: 2, spread: 3 } },
  UW: { jaw: 0.2, open: 0.2, spread: -0.85, insists: { open: 2, spread: 3 } },
  UW2: { jaw: 0.14, open: 0.13, spread: -1, insists: { open: 3, spread: 4 } },
  EU: { jaw: 0.38, open: 0.36, spread: -0.55, insists: { spread: 2 } },
  nasal: { jaw: 0.55, open: 0.5 },
};

/** What the mouth does every {@link MOUTH_STEP} while the sounds are said one after another. */
export function articulate(
  sounds: readonly SpokenSound[],
  habit: Articulation,
  random: Random,
): readonly MouthShape[] {
  const length = Math.ceil(sounds.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / MOUTH_STEP);
  const tracks = Object.fromEntries(
    parts.map((part) => [part, { value: new Float32Array(length), weight: new Float32Array(length) }]),
  ) as Record<Part, { value: Float32Array; weight: Float32Array }>;
  let ends = 0;
  let at = 0;
  let effort = 1;
  for (const { name, milliseconds } of sounds) {
    // No word is said with quite the effort of the one before.
    if (name === 'pause') effort = Math.exp(random.normal(0, 0.12));
    const target = name === 'pause' ? { jaw: 0.3 * habit.parted, open: habit.parted } : targets[name];
    if (!target) throw new TypeError(`it is not known what the mouth does for ${name}`);
    ends += milliseconds;
    const until = Math.min(length, Math.round((ends - habit.ahead) / MOUTH_STEP));
    for (; at < until; at++) put(tracks, at, { target, effort, habit });
  }
  for (; at < length; at++)
    put(tracks, at, { target: { open: habit.parted, jaw: 0.3 * habit.parted }, effort: 1, habit });
  for (const part of parts) runTogether(tracks[part], inertia[part] / MOUTH_STEP);
  return Array.from({ length }, (_, index) => {
    const shape = (part: Part) => tracks[part].value[index]!;
    return {
      jaw: shape('jaw'),
      open: shape('open'),
      spread: shape('spread'),
      tuck: shape('tuck'),
      tongue: shape('tongue'),
    };
  });
}

function put(
  tracks: Record<Part, { value: Float32Array; weight: Float32Array }>,
  at: number,
  { target, effort, habit }: { target: Target; effort: number; habit: Articulation },
): void {
  for (const part of parts) {
    const wanted = target[part] ?? closedMouth[part];
    const strength = part === 'jaw' || part === 'open' ? habit.strength * effort : 1;
    const rounding = part === 'spread' && wanted < 0 ? habit.rounding : 1;
    tracks[part].value[at] = Math.max(-1.1, Math.min(1.3, wanted * strength * rounding));
    tracks[part].weight[at] = target.insists?.[part] ?? PLAIN;
  }
}

/** Each moment is the mean of those around it, by nearness and by how much their sounds insist. `width`: in steps. */
function runTogether({ value, weight }: { value: Float32Array; weight: Float32Array }, width: number): void {
  const source = Float32Array.from(value);
  const reach = Math.ceil(2.5 * width);
  const near = Float32Array.from({ length: reach + 1 }, (_, away) => Math.exp(-0.5 * (away / width) ** 2));
  for (let at = 0; at < value.length; at++) {
    let [sum, weights] = [0, 0];
    for (let other = Math.max(0, at - reach); other <= Math.min(value.length - 1, at + reach); other++) {
      const share = near[Math.abs(other - at)]! * weight[other]!;
      sum += share * source[other]!;
      weights += share;
    }
    value[at] = sum / weights;
  }
}
