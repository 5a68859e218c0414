import { type Modality, modalities } from '../bundle-parts.ts';
import type { Calibration } from '../signals/calibration.ts';
import { logLikelihoodRatio, REFERENCE, scoreOf, unlimited } from '../signals/evidence-map.ts';
import { type EmbeddedRecording, enrolledSide, probeSide } from '../signals/sides.ts';
import type { ScoredComparison, ScoredSet, Traits } from './scored-comparisons.ts';

/** A recording as a model sees it. */
export interface Probe extends EmbeddedRecording {
  readonly quality: number | null;
  /** What is known of how it was made: `device`, `condition`, … */
  readonly traits: Traits;
}

/** Only people of one group were embedded by one model, and are compared with each other. */
export interface Verified {
  readonly person: string;
  readonly group: string | undefined;
  readonly face: readonly Probe[];
  readonly voice: readonly Probe[];
}

export type VerifiedSets = Readonly<Record<'faces' | 'voices' | 'fused', ScoredSet>>;

/** Claims against one person; more of them say little more about how people differ. */
const MOST_CLAIMANTS = 25;
/** How many are enrolled besides the usual number, to show what more of them are worth. */
const ENROLLED = [1, 2, 5] as const;

/**
 * Every recording in turn against a template of the person's next ones, as a sign-in does, and others' recordings
 * against the same templates. Fused: the recordings of one turn together.
 */
export function verify(people: readonly Verified[], calibration: Calibration): VerifiedSets {
  const usable = people.filter(({ face, voice }) => face.length >= 2 && voice.length >= 2);
  const claims = usable.flatMap((claimed, index) => [
    ...turnsOf(claimed).map((turn) => ({ claimed, claimant: claimed, turn })),
    ...claimantsOf(usable, index).map((claimant, other) => ({ claimed, claimant, turn: index + other })),
  ]);
  const compare = (modality: Modality, enrol: number) =>
    claims.map(({ claimed, claimant, turn }) =>
      compareOne(modality, { claimed, claimant, turn, enrol, calibration }),
    );
  const [faces, voices] = [compare('face', REFERENCE.enrol), compare('voice', REFERENCE.enrol)];
  const variants = (modality: Modality) =>
    ENROLLED.flatMap((enrol) =>
      compare(modality, enrol)
        // A person with too few of them says nothing of so many.
        .filter(({ traits }) => traits.enrolled === String(enrol))
        .map((one) => ({ ...one, traits: { enrolled: String(enrol) } })),
    );
  const fused = faces.map((face, index): ScoredComparison => {
    const voice = voices[index] ?? face;
    const { enrolled: _face, ...seen } = face.traits;
    const { enrolled: _voice, ...heard } = voice.traits;
    return {
      ...face,
      score: face.score + voice.score,
      quality: face.quality === null || voice.quality === null ? null : Math.min(face.quality, voice.quality),
      traits: { ...seen, ...heard },
    };
  });
  return {
    faces: { comparisons: faces, variants: variants('face') },
    voices: { comparisons: voices, variants: variants('voice') },
    fused: { comparisons: fused, variants: [] },
  };
}

interface Claim {
  readonly claimed: Verified;
  readonly claimant: Verified;
  readonly turn: number;
  readonly enrol: number;
  readonly calibration: Calibration;
}

function compareOne(
  modality: Modality,
  { claimed, claimant, turn, enrol, calibration }: Claim,
): ScoredComparison {
  const own = claimed[modality];
  const template = Array.from({ length: Math.min(enrol, own.length - 1) }, (_, next) =>
    inTurn(own, turn + 1 + next),
  );
  const probe = inTurn(claimant[modality], turn);
  const map = unlimited(calibration[modality]);
  const score = scoreOf(map, enrolledSide(template), probeSide([probe]));
  return {
    same: claimed === claimant,
    score: logLikelihoodRatio(map, score, { enrol: template.length, probe: 1 }),
    person: claimed.person,
    quality: probe.quality,
    traits: { ...probe.traits, enrolled: String(template.length) },
  };
}

function turnsOf(person: Verified): number[] {
  const most = Math.max(...modalities.map((modality) => person[modality].length));
  return Array.from({ length: most }, (_, turn) => turn);
}

function inTurn<T>(list: readonly T[], index: number): T {
  // Callers have at least two of them.
  return list[index % list.length] as T;
}

/** The others of the same group, spread evenly where they are many. */
function claimantsOf(people: readonly Verified[], claimed: number): Verified[] {
  const group = people[claimed]?.group;
  const others = people.filter((other, index) => index !== claimed && other.group === group);
  const count = Math.min(others.length, MOST_CLAIMANTS);
  return Array.from({ length: count }, (_, index) => {
    const at = (claimed + Math.floor((index * others.length) / count)) % others.length;
    return others[at] as Verified;
  });
}
