/**
 * What an enrolment has to show, in one place. Measured by `visavox evaluate --enrolment`, which prints what each of them
 * costs genuine people and what it lets through; a new network or calibration wants them measured anew.
 */
export const ENROLMENT_RULES = {
  /** Log-likelihood ratio of two groups of recordings of one enrolment, however they are divided, below which they are of two people. */
  groups: { face: -2.5, voice: 1 },
  /** {@link Repetition}: how alike words of one digit are at least, and how badly the last utterance fits its digits at most. */
  digits: { alike: 2.25, misfit: 0.06 },
  /** Degrees that the head turns to each side that is asked for. */
  turn: 12,
  /** A picture of the turns against the pictures of the face; turned faces look less alike. */
  followed: { straight: -1, turned: -4 },
  /** Of a newcomer's face against somebody's template, with the voice beside it. */
  known: { faceAlone: 6, least: 2, perPerson: 4, voiceSupports: 2 },
  /** Parts of the turns' pictures in which the face has to be found. */
  seen: 0.7,
  /** From the face's landmarks to the edge of the picture, in parts of the face's height. */
  margin: 0,
} as const;
