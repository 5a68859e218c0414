import type { SetName } from './figures.ts';

export type Language = 'en' | 'fr';
export const LANGUAGES: readonly Language[] = ['en', 'fr'];

/** Everything that a report says, in one language. */
export interface Words {
  readonly locale: string;
  readonly title: (model: string) => string;
  readonly summary: string;
  readonly sets: Readonly<Record<SetName, string>>;
  readonly genuine: string;
  readonly impostor: string;
  readonly set: string;
  readonly people: string;
  readonly failed: string;
  readonly interval: string;
  readonly notCarried: string;
  readonly asTable: string;
  readonly det: { title: string; x: string; y: string; description: string };
  readonly histogram: { title: string; x: string; y: string; description: string };
  readonly calibration: {
    title: string;
    x: string;
    y: string;
    description: (cllr: string, least: string) => string;
  };
  readonly reject: { title: string; x: string; y: string; description: string };
  readonly slices: { title: string; x: string; description: string; gap: string; none: string };
  readonly slice: string;
  readonly dimension: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
  readonly champion: string;
  readonly candidate: string;
  readonly metric: string;
  readonly from: string;
  readonly to: string;
  readonly count: string;
  readonly against: string;
}

const en: Words = {
  locale: 'en-GB',
  title: (model) => `Evaluation of ${model}`,
  summary: 'Error rates',
  sets: { faces: 'Faces', voices: 'Voices', fused: 'Face and voice' },
  genuine: 'Same person',
  impostor: 'Different people',
  set: 'Comparisons',
  people: 'People',
  failed: 'Not made',
  interval: '95 % interval',
  notCarried: 'too few',
  asTable: 'The same as a table',
  det: {
    title: 'Detection error trade-off',
    x: 'False match rate',
    y: 'False non-match rate',
    description:
      'How many of the right people are refused for each share of wrong ones that would be let in. Lower and further left is better.',
  },
  histogram: {
    title: 'Distribution of evidence',
    x: 'Log-likelihood ratio (natural logarithm)',
    y: 'Share of comparisons',
    description:
      'Evidence in comparisons of the same person and of different people. The less the two overlap, the better.',
  },
  calibration: {
    title: 'Calibration',
    x: 'Ratio that the model states',
    y: 'Ratio that was found',
    description: (cllr, least) =>
      `What ratios of a given size turned out to be worth; on the dashed diagonal they are worth what they say. Cost (Cllr) ${cllr} bit, of which ${least} bit would remain with the best calibration.`,
  },
  reject: {
    title: 'Errors when poor recordings are refused',
    x: 'Share of comparisons refused, poorest first',
    y: 'False non-match rate',
    description:
      'A falling line means that the measure of quality knows which recordings will be misrecognised. The threshold stays the same.',
  },
  slices: {
    title: 'Slices',
    x: 'False non-match rate, with 95 % interval',
    description: 'Rates in parts of the comparisons, all at the same threshold.',
    gap: 'worst behind best',
    none: 'no two slices with enough comparisons',
  },
  slice: 'Slice',
  dimension: 'By',
  dimensions: {
    light: 'light',
    size: 'size of the face',
    colour: 'camera',
    pose: 'pose',
    noise: 'noise',
    band: 'microphone or line',
    speech: 'length of speech',
    enrolled: 'recordings enrolled',
    gender: 'gender',
    dataset: 'data set',
    device: 'device',
    face: 'face recording',
    voice: 'voice recording',
  },
  values: {},
  champion: 'Champion',
  candidate: 'This model',
  metric: 'Metric',
  from: 'From',
  to: 'To',
  count: 'Comparisons',
  against: 'Against the champion, on the same comparisons',
};

const fr: Words = {
  locale: 'fr',
  title: (model) => `Évaluation de ${model}`,
  summary: 'Taux d’erreur',
  sets: { faces: 'Visages', voices: 'Voix', fused: 'Visage et voix' },
  genuine: 'Même personne',
  impostor: 'Personnes différentes',
  set: 'Comparaisons',
  people: 'Personnes',
  failed: 'Non faites',
  interval: 'intervalle à 95 %',
  notCarried: 'trop peu',
  asTable: 'La même chose en tableau',
  det: {
    title: 'Compromis des erreurs de détection',
    x: 'Taux de fausses correspondances',
    y: 'Taux de fausses non-correspondances',
    description:
      'Combien des bonnes personnes sont refusées pour chaque part de mauvaises qui seraient admises. Plus bas et plus à gauche vaut mieux.',
  },
  histogram: {
    title: 'Répartition des preuves',
    x: 'Logarithme népérien du rapport de vraisemblance',
    y: 'Part des comparaisons',
    description:
      'Les preuves dans les comparaisons d’une même personne et de personnes différentes. Moins les deux se chevauchent, mieux c’est.',
  },
  calibration: {
    title: 'Calibration',
    x: 'Rapport annoncé par le modèle',
    y: 'Rapport constaté',
    description: (cllr, least) =>
      `Ce que valaient les rapports d’une taille donnée ; sur la diagonale en tirets, ils valent ce qu’ils disent. Coût (Cllr) ${cllr} bit, dont ${least} bit resteraient avec la meilleure calibration.`,
  },
  reject: {
    title: 'Erreurs quand les mauvais enregistrements sont refusés',
    x: 'Part des comparaisons refusées, les plus mauvaises d’abord',
    y: 'Taux de fausses non-correspondances',
    description:
      'Une ligne qui descend veut dire que la mesure de qualité sait quels enregistrements seront mal reconnus. Le seuil reste le même.',
  },
  slices: {
    title: 'Tranches',
    x: 'Taux de fausses non-correspondances, intervalle à 95 %',
    description: 'Les taux dans des parties des comparaisons, toutes au même seuil.',
    gap: 'la pire derrière la meilleure',
    none: 'pas deux tranches avec assez de comparaisons',
  },
  slice: 'Tranche',
  dimension: 'Selon',
  dimensions: {
    light: 'lumière',
    size: 'taille du visage',
    colour: 'caméra',
    pose: 'pose',
    noise: 'bruit',
    band: 'microphone ou ligne',
    speech: 'durée de parole',
    enrolled: 'enregistrements inscrits',
    gender: 'genre',
    dataset: 'jeu de données',
    device: 'appareil',
    face: 'image du visage',
    voice: 'enregistrement de la voix',
  },
  values: {
    dim: 'sombre',
    even: 'égale',
    bright: 'claire',
    small: 'petit',
    medium: 'moyen',
    large: 'grand',
    grey: 'gris',
    colour: 'couleur',
    frontal: 'de face',
    turned: 'tourné',
    noisy: 'bruyant',
    fair: 'moyen',
    quiet: 'calme',
    telephone: 'téléphone',
    wide: 'large bande',
    clear: 'net',
    'under 2 s': 'moins de 2 s',
    '2 to 4 s': '2 à 4 s',
    'over 4 s': 'plus de 4 s',
  },
  champion: 'Champion',
  candidate: 'Ce modèle',
  metric: 'Mesure',
  from: 'De',
  to: 'À',
  count: 'Comparaisons',
  against: 'Face au champion, sur les mêmes comparaisons',
};

export const words: Readonly<Record<Language, Words>> = { en, fr };

/** Numbers as a language writes them. */
export function numbers({ locale, notCarried }: Words) {
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 3 });
  const plain = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(locale);
  return {
    percent: (value: number | null) => (value === null ? notCarried : percent.format(value)),
    range: (interval: readonly [number, number] | null) =>
      interval ? interval.map((bound) => percent.format(bound)).join(' – ') : '',
    figure: (value: number | null) => (value === null ? notCarried : plain.format(value)),
    whole: (value: number) => whole.format(value),
  };
}
