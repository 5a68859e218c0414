/** What the mouth does for a while: formant targets in Hz of an average adult tract, and the sources that sound. */
export interface Segment {
  readonly name: string;
  readonly milliseconds: number;
  readonly formants: readonly [number, number, number];
  /** Level of the voice at the glottis, 0..1. */
  readonly voice: number;
  /** Level of breath noise through the whole tract. */
  readonly breath?: number;
  /** Noise made at a narrowing: centre and width in Hz, level. */
  readonly hiss?: { readonly centre: number; readonly width: number; readonly level: number };
  /** 1 when the nose is open. */
  readonly nasal?: number;
}

// Formant targets after Peterson & Barney (1952) and Klatt (1980, table II).
const vowel = (name: string, milliseconds: number, ...formants: [number, number, number]): Segment => ({
  name,
  milliseconds,
  formants,
  voice: 1,
});
const glide = (name: string, milliseconds: number, ...formants: [number, number, number]): Segment => ({
  name,
  milliseconds,
  formants,
  voice: 0.8,
});

const N = (milliseconds: number): Segment => ({
  name: 'N',
  milliseconds,
  formants: [280, 1600, 2600],
  voice: 0.6,
  nasal: 1,
});
const F = (milliseconds: number): Segment => ({
  name: 'F',
  milliseconds,
  formants: [340, 1100, 2080],
  voice: 0,
  breath: 0.05,
  hiss: { centre: 5800, width: 5000, level: 0.042 },
});
const V = (milliseconds: number): Segment => ({
  name: 'V',
  milliseconds,
  formants: [260, 1150, 2200],
  voice: 0.45,
  hiss: { centre: 5500, width: 5000, level: 0.015 },
});
const TH = (milliseconds: number): Segment => ({
  name: 'TH',
  milliseconds,
  formants: [320, 1290, 2540],
  voice: 0,
  breath: 0.04,
  hiss: { centre: 6400, width: 5000, level: 0.03 },
});
const S = (milliseconds: number): Segment => ({
  name: 'S',
  milliseconds,
  formants: [320, 1450, 2530],
  voice: 0,
  hiss: { centre: 5400, width: 1700, level: 0.18 },
});
const Z = (milliseconds: number): Segment => ({
  name: 'Z',
  milliseconds,
  formants: [260, 1450, 2530],
  voice: 0.45,
  hiss: { centre: 5400, width: 1700, level: 0.096 },
});
const closure = (milliseconds: number, ...formants: [number, number, number]): Segment => ({
  name: 'closure',
  milliseconds,
  formants,
  voice: 0,
});
const T: readonly Segment[] = [
  {
    name: 'T',
    milliseconds: 16,
    formants: [380, 1800, 2600],
    voice: 0,
    hiss: { centre: 4600, width: 2500, level: 0.24 },
  },
  {
    name: 'T',
    milliseconds: 40,
    formants: [380, 1750, 2600],
    voice: 0,
    breath: 0.22,
    hiss: { centre: 4600, width: 3000, level: 0.042 },
  },
];
const K: readonly Segment[] = [
  {
    name: 'K',
    milliseconds: 20,
    formants: [320, 1950, 2700],
    voice: 0,
    breath: 0.1,
    hiss: { centre: 2000, width: 700, level: 0.18 },
  },
];

const words: readonly (readonly Segment[])[] = [
  [
    Z(95),
    vowel('IH', 85, 400, 1900, 2550),
    glide('R', 80, 350, 1150, 1650),
    vowel('OW', 100, 540, 1000, 2300),
    vowel('OW2', 130, 400, 820, 2300),
  ],
  [glide('W', 80, 300, 650, 2200), vowel('AH', 170, 640, 1200, 2400), N(130)],
  [closure(30, 350, 1800, 2600), ...T, vowel('UW', 90, 330, 1350, 2250), vowel('UW2', 170, 310, 950, 2250)],
  [TH(95), glide('R', 75, 340, 1150, 1650), vowel('IY', 240, 290, 2250, 3000)],
  [F(95), vowel('AO', 200, 570, 850, 2420), glide('R', 140, 430, 1150, 1700)],
  [F(95), vowel('AY', 160, 700, 1180, 2500), vowel('AY2', 120, 400, 1950, 2550), V(75)],
  [S(125), vowel('IH', 100, 400, 1950, 2550), closure(65, 320, 1950, 2700), ...K, S(130)],
  [S(115), vowel('EH', 100, 550, 1800, 2500), V(55), vowel('AX', 65, 500, 1450, 2450), N(120)],
  [vowel('EY', 120, 490, 1950, 2550), vowel('EY2', 120, 330, 2200, 2700), closure(60, 350, 1800, 2600), ...T],
  [N(90), vowel('AY', 160, 700, 1180, 2500), vowel('AY2', 110, 400, 1950, 2550), N(110)],
];

const EH = (milliseconds: number) => vowel('EH', milliseconds, 550, 1750, 2500);
const A = (milliseconds: number) => vowel('A', milliseconds, 700, 1300, 2500);
const EU = (milliseconds: number) => vowel('EU', milliseconds, 480, 1450, 2350);
const nasalised = (milliseconds: number, ...formants: [number, number, number]): Segment => ({
  ...vowel('nasal', milliseconds, ...formants),
  nasal: 0.7,
});
const R = glide('RR', 70, 480, 1150, 2300);

/** French, with the same mouth: zéro, un, deux, trois, quatre, cinq, six, sept, huit, neuf. */
const frenchWords: readonly (readonly Segment[])[] = [
  [Z(95), vowel('EY', 110, 400, 2050, 2600), R, vowel('OW', 170, 420, 850, 2350)],
  [nasalised(260, 600, 1350, 2450)],
  [closure(50, 350, 1700, 2600), vowel('EU', 230, 390, 1400, 2250)],
  [closure(30, 350, 1700, 2600), ...T, R, glide('W', 50, 320, 700, 2200), A(190)],
  [closure(40, 320, 1800, 2700), ...K, A(150), closure(60, 350, 1700, 2600), ...T, R],
  [S(120), nasalised(190, 600, 1500, 2450), closure(60, 320, 1800, 2700), ...K],
  [S(125), vowel('IY', 160, 290, 2250, 3000), S(140)],
  [S(120), EH(150), closure(60, 350, 1700, 2600), ...T],
  [glide('UY', 60, 280, 1800, 2200), vowel('IY', 150, 290, 2250, 3000), closure(60, 350, 1700, 2600), ...T],
  [N(90), EU(190), F(110)],
];

export type Language = 'english' | 'french';

export function pronounce(digit: string, language: Language = 'english'): readonly Segment[] {
  const word = (language === 'french' ? frenchWords : words)[Number.parseInt(digit, 10)];
  if (!word) throw new TypeError(`not a digit: "${digit}"`);
  return word;
}
