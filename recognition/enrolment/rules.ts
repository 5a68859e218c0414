/**
 * What an enrolment has to show, in one place. Measured by `visavox evaluate --enrolment`, which prints what each of them
 * costs genuine people and what it lets through; a new network or calibration wants them measured anew.
 */
export const ENROLMENT_RULES = {
  /** Log-likelihood ratio of two recordings of one enrolment, below which they are of two people. */
  pair: { face: -4, voice: -2 },
  /** The same of two groups of them, however they are divided: two people are unlike as groups even where single recordings are poor. */
  groups: { face: -2.5, voice: -1 },
  /** How much more alike words of the same digit are than words of different ones. */
  digits: 1,
  /** Degrees that the head turns to each side that is asked for. */
  turn: 12,
  /** A picture of the turns against the pictures of the face; turned faces look less alike. */
  followed: { straight: -1, turned: -4 },
  /** Of a newcomer's face against somebody's template, with the voice beside it. */
  known: { faceAlone: 6.6, least: 2, perPerson: 4 },
  /** Parts of the turns' pictures in which the face has to be found. */
  seen: 0.7,
  /** Parts of the face's height that may lie outside the picture. */
  outside: 0.05,
} as const;
