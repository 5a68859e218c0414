import { Random, spread } from '../random.ts';

/** Linear-light RGB, 0..1. */
export type Colour = readonly [number, number, number];

/** What makes a face this person's. Lengths in half head heights; x to the person's left, y up, z to the viewer. */
export interface FaceTraits {
  readonly texture: number;
  readonly age: number;
  readonly head: {
    readonly width: number;
    readonly jawTaper: number;
    readonly jawSquareness: number;
    readonly chin: number;
    readonly chinWidth: number;
    readonly chinY: number;
    readonly cheekbone: number;
    readonly cheekFat: number;
  };
  readonly eye: {
    readonly x: number;
    readonly y: number;
    readonly halfWidth: number;
    readonly open: number;
    readonly tilt: number;
    readonly depth: number;
    readonly crease: number;
    readonly hood: number;
    readonly bags: number;
    readonly iris: Colour;
    readonly lashes: number;
  };
  readonly brow: {
    readonly height: number;
    readonly thickness: number;
    readonly arch: number;
    readonly tilt: number;
    readonly halfLength: number;
    readonly density: number;
    readonly ridge: number;
  };
  readonly nose: {
    readonly tipY: number;
    readonly bridge: number;
    readonly tip: number;
    readonly bridgeWidth: number;
    readonly tipWidth: number;
    readonly wings: number;
    readonly hook: number;
    readonly root: number;
    readonly upturn: number;
  };
  readonly mouth: {
    readonly y: number;
    readonly halfWidth: number;
    readonly upper: number;
    readonly lower: number;
    readonly bow: number;
    readonly corners: number;
    readonly colour: Colour;
    readonly fullness: number;
  };
  readonly skin: {
    readonly colour: Colour;
    readonly flush: number;
    readonly freckles: number;
    readonly shine: number;
    readonly folds: number;
    readonly moles: readonly { readonly x: number; readonly y: number; readonly radius: number }[];
  };
  readonly hair: {
    readonly style: 'bald' | 'cropped' | 'short' | 'fringe' | 'long';
    readonly colour: Colour;
    readonly line: number;
    readonly peak: number;
    readonly volume: number;
    readonly curl: number;
  };
  readonly beard: {
    readonly moustache: number;
    readonly chin: number;
    readonly cheeks: number;
    readonly colour: Colour;
  };
  readonly glasses: {
    readonly radius: number;
    readonly roundness: number;
    readonly rim: number;
    readonly colour: Colour;
  } | null;
  readonly ear: number;
}

const skinTones: readonly [Colour, ...Colour[]] = [
  [0.8, 0.56, 0.46],
  [0.76, 0.5, 0.38],
  [0.67, 0.43, 0.3],
  [0.56, 0.34, 0.22],
  [0.42, 0.24, 0.145],
  [0.27, 0.145, 0.085],
  [0.15, 0.075, 0.045],
];
const irises: readonly [Colour, ...Colour[]] = [
  [0.05, 0.025, 0.012],
  [0.1, 0.05, 0.02],
  [0.17, 0.09, 0.03],
  [0.14, 0.13, 0.05],
  [0.12, 0.18, 0.12],
  [0.14, 0.24, 0.36],
  [0.25, 0.33, 0.38],
];
const darkHairs: readonly [Colour, ...Colour[]] = [
  [0.008, 0.007, 0.007],
  [0.018, 0.011, 0.008],
  [0.04, 0.02, 0.011],
];
const lightHairs: readonly [Colour, ...Colour[]] = [
  [0.09, 0.045, 0.02],
  [0.18, 0.095, 0.035],
  [0.38, 0.25, 0.1],
  [0.2, 0.055, 0.015],
  ...darkHairs,
];

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/**
 * Drawn faces lack what people differ in besides their proportions, so that networks take them for more alike than people. Wider
 * proportions make up for most of it: by the published calibration, three strangers in ten speak for being the person, instead of eight. How the
 * mouth is made stays as it is in people, because lips are read.
 */
const RANGE = 1.5;
const DEVIATION = 2.2;
/** In parts of the mean. */
const SMALLEST = 0.4;
const LARGEST = 1.8;

/** Draws a face. `spread` places people evenly over tone, build, age and proportions; the rest is random. */
export function drawFace(seed: number, index: number): FaceTraits {
  const random = new Random('face', seed, index);
  const even = (dimension: number) => spread(seed, index, dimension);
  const within = (dimension: number, low: number, high: number) =>
    (low + high) / 2 + RANGE * (high - low) * (even(dimension) - 0.5);
  const slightly = (mean: number, deviation: number) =>
    mean + deviation * Math.max(-1.8, Math.min(1.8, random.normal()));
  const vary = (mean: number, deviation: number) => {
    const drawn = slightly(mean, DEVIATION * deviation);
    // What hardly varies beside its mean is a size; the rest may be on either side of nothing.
    return mean > 2 * deviation ? Math.max(SMALLEST * mean, Math.min(LARGEST * mean, drawn)) : drawn;
  };

  const masculine = even(0);
  const age = even(2);
  const tonePlace = even(1) * (skinTones.length - 1);
  const tone = mix(
    skinTones[Math.floor(tonePlace)] ?? skinTones[0],
    skinTones[Math.ceil(tonePlace)] ?? skinTones[0],
    tonePlace % 1,
  );
  const dark = tonePlace / (skinTones.length - 1);
  const grey = age > 0.62 ? ((age - 0.62) / 0.38) * random.between(0.4, 1) : 0;
  const natural = dark > 0.45 ? random.pick(darkHairs) : random.pick(lightHairs);
  const hairColour = mix(natural, [0.5, 0.5, 0.5], grey);
  const beardKind = masculine > 0.5 ? random.below(6) : 0;
  const painted = masculine < 0.5 && random.next() < 0.5;
  const style =
    masculine > 0.5
      ? random.pick(['bald', 'cropped', 'cropped', 'short', 'short', 'fringe'] as const)
      : random.pick(['short', 'fringe', 'long', 'long', 'long'] as const);

  return {
    texture: random.below(1 << 30),
    age,
    head: {
      width: within(3, 0.62, 0.82),
      jawTaper: vary(0.16 - 0.1 * masculine, 0.06),
      jawSquareness: vary(2 + 0.55 * masculine, 0.2),
      chin: vary(0.05 + 0.05 * masculine, 0.035),
      chinWidth: vary(0.13 + 0.06 * masculine, 0.03),
      chinY: vary(-0.86, 0.03),
      cheekbone: vary(0.05, 0.03),
      cheekFat: vary(0, 0.05),
    },
    eye: {
      x: within(4, 0.255, 0.345),
      y: vary(0.06, 0.03),
      halfWidth: vary(0.135, 0.014),
      open: vary(0.062 - 0.012 * masculine, 0.013),
      tilt: vary(0.06, 0.08),
      depth: vary(0.09, 0.035),
      crease: vary(0.035, 0.012),
      hood: Math.max(0, vary(0.25, 0.3)),
      bags: Math.max(0, vary(0.15 + 0.5 * age, 0.25)),
      iris: dark > 0.45 ? (irises[random.below(3)] ?? irises[0]) : random.pick(irises),
      lashes: vary(painted ? 1 : 0.6, 0.15),
    },
    brow: {
      height: vary(0.17 - 0.03 * masculine, 0.025),
      thickness: vary(0.024 + 0.018 * masculine, 0.009),
      arch: vary(0.035, 0.02),
      tilt: vary(0.02, 0.09),
      halfLength: vary(0.18, 0.02),
      density: vary(0.8, 0.17),
      ridge: Math.max(0, vary(0.05 * masculine + 0.01, 0.02)),
    },
    nose: {
      tipY: within(5, -0.24, -0.36),
      bridge: vary(0.13, 0.045),
      tip: vary(0.25, 0.05),
      bridgeWidth: vary(0.06, 0.014),
      tipWidth: vary(0.085 + 0.02 * dark, 0.018),
      wings: vary(0.115 + 0.04 * dark + 0.012 * masculine, 0.018),
      hook: vary(0, 0.035),
      root: vary(0.06, 0.03),
      upturn: vary(0.3, 0.35),
    },
    mouth: {
      y: slightly(-0.53, 0.025),
      halfWidth: within(6, 0.17, 0.285),
      upper: Math.max(0.022, slightly(0.044 + 0.016 * dark - 0.016 * age, 0.012)),
      lower: Math.max(0.034, slightly(0.062 + 0.018 * dark - 0.016 * age, 0.015)),
      bow: Math.max(0, slightly(0.3, 0.2)),
      corners: slightly(0, 0.016),
      colour: painted
        ? random.pick([
            [0.5, 0.03, 0.06],
            [0.38, 0.05, 0.1],
            [0.6, 0.15, 0.14],
          ])
        : mix(mix(tone, [0.5, 0.12, 0.12], 0.55), [0.2, 0.06, 0.07], 0.35 * dark),
      fullness: slightly(0.035, 0.014),
    },
    skin: {
      colour: [tone[0] * vary(1, 0.05), tone[1] * vary(1, 0.05), tone[2] * vary(1, 0.07)],
      flush: Math.max(0, vary(0.35, 0.3)),
      freckles: dark < 0.4 && random.next() < 0.3 ? random.between(0.3, 0.9) : 0,
      shine: random.between(0.03, 0.16),
      folds: Math.max(0, vary(1.1 * age - 0.1, 0.2)),
      moles: Array.from({ length: random.below(4) }, () => ({
        x: random.between(-0.5, 0.5),
        y: random.between(-0.8, 0.1),
        radius: random.between(0.01, 0.02),
      })),
    },
    hair: {
      style,
      colour: hairColour,
      line: slightly(0.56 + 0.07 * age * masculine, 0.05),
      peak: slightly(0, 0.06),
      volume: style === 'bald' ? 0 : style === 'cropped' ? 0.03 : random.between(0.07, 0.18),
      curl: random.next() < 0.35 + 0.3 * dark ? random.between(0.4, 1) : random.between(0, 0.2),
    },
    beard: {
      moustache: [0, 0, 0.35, 0.9, 0.9, 0.9][beardKind] ?? 0,
      chin: [0, 0, 0.35, 0, 0.9, 0.9][beardKind] ?? 0,
      cheeks: [0, 0.12, 0.3, 0, 0, 0.85][beardKind] ?? 0,
      colour: mix(hairColour, [0.3, 0.3, 0.3], grey * 0.4),
    },
    glasses:
      random.next() < 0.22
        ? {
            radius: random.between(0.17, 0.215),
            roundness: random.pick([2, 3, 4]),
            rim: random.between(0.009, 0.024),
            colour: random.pick([
              [0.01, 0.01, 0.012],
              [0.12, 0.05, 0.02],
              [0.3, 0.3, 0.32],
              [0.2, 0.02, 0.03],
            ]),
          }
        : null,
    ear: vary(0.16, 0.02),
  };
}
