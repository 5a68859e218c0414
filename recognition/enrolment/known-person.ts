import { type EnrolmentFeatures, type Recogniser, type Template, voiceAmong } from '../recogniser.ts';
import { ENROLMENT_RULES } from './rules.ts';

/** How alike the faces of different people are by chance, where many are enrolled: cosines of templates. */
export interface ChanceLikeness {
  /** One newcomer in a hundred looks so much like somebody else. */
  readonly oneInAHundred: number;
  readonly oneInTen: number;
}

export interface Resemblance {
  /** Of the newcomer's template and somebody's. */
  readonly cosine: number;
  /** Log-likelihood ratios of the recordings against the template. */
  readonly face: number;
  readonly voice: number;
}

/**
 * Whether a newcomer is somebody who is enrolled. Among many, their own faces say how alike different people are by chance, under
 * whatever network. Among few, the ratios decide, the more of them there are the more has to be said. A voice supports a face,
 * and never speaks against it: whoever enrols a second time may bring another one.
 */
export function isKnownPerson(
  { cosine, face, voice }: Resemblance,
  among: { readonly people: number; readonly chance: ChanceLikeness | null },
): boolean {
  const rule = ENROLMENT_RULES.known;
  if (among.chance)
    return (
      cosine >= among.chance.oneInAHundred || (cosine >= among.chance.oneInTen && voice >= rule.voiceSupports)
    );
  if (face >= rule.faceAlone) return true;
  return (
    face >= rule.least && face + Math.max(0, voice) >= rule.perPerson + Math.log(Math.max(1, among.people))
  );
}

export async function resemblance(
  recogniser: Pick<Recogniser, 'compare'>,
  {
    template,
    cosine,
    features,
  }: {
    template: Template;
    cosine: number;
    features: EnrolmentFeatures;
  },
): Promise<Resemblance> {
  const face = (await recogniser.compare(template, { faces: features.faces, voice: null })).face ?? 0;
  const said = features.voices.map((_, index) => ({ faces: [], ...voiceAmong(features, index) }));
  const voice = (await recogniser.compare(template, said)).voice ?? 0;
  return { cosine, face, voice };
}

/** Of whom fewer say too little of how alike people are by chance. */
export const FEWEST_FOR_CHANCE = 200;

/** Of a normal distribution: quartiles from the median, and what one in a hundred and one in ten exceed, in deviations. */
const QUARTILE = 0.6745;
const EXCEEDED_BY = { oneInAHundred: 2.326, oneInTen: 1.282 } as const;

/**
 * From how alike people are to the nearest other one, which is about normal (of 337 people of LFW it says 0.963 for one in a
 * hundred, where 0.963 was counted). Median and quartiles do not mind a few who are enrolled twice.
 */
export function chanceLikeness(nearest: readonly number[]): ChanceLikeness {
  const sorted = nearest.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 1;
  const deviation = (quantile(0.75) - quantile(0.25)) / (2 * QUARTILE);
  const middle = quantile(0.5);
  return {
    oneInAHundred: middle + EXCEEDED_BY.oneInAHundred * deviation,
    oneInTen: middle + EXCEEDED_BY.oneInTen * deviation,
  };
}
