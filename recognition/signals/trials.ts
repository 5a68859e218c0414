import { dot, meanDirection } from './vectors.ts';

/** Scores of comparisons of which it is known whether both sides are one person. */
export interface ScoreSet {
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
}

/**
 * Enrols and verifies every person with every other, the way a sign-in does: a template of `enrol` vectors
 * against the mean of `probe` others. A person with fewer vectors is enrolled with what is left.
 * Each person's vectors take turns in being enrolled (at most `turns` times), against everyone; nobody is compared with himself
 * on the same recording. Vectors are of unit length. `enrolled`: what each of a person's recordings brings into a template,
 * where that is not its vector alone.
 */
export function verificationScores(
  people: ReadonlyMap<string, readonly Float32Array[]>,
  { enrol, probe, turns = 4 }: { enrol: number; probe: number; turns?: number },
  enrolled: ReadonlyMap<string, readonly Float32Array[]> = people,
): ScoreSet {
  const sides = [...people]
    .filter(([, vectors]) => vectors.length >= 2)
    .map(([person, vectors]) => split(vectors, enrolled.get(person) ?? vectors, { enrol, probe, turns }));
  const genuine = sides.flatMap((person) => person.map(({ template, sample }) => dot(template, sample)));
  const impostor = sides.flatMap((claimed, a) =>
    sides.flatMap((claimant, b) =>
      a === b ? [] : zip(claimed, claimant).map(([one, other]) => dot(one.template, other.sample)),
    ),
  );
  return { genuine, impostor };
}

function split(
  vectors: readonly Float32Array[],
  enrolling: readonly Float32Array[],
  { enrol, probe, turns }: { enrol: number; probe: number; turns: number },
): { template: Float32Array; sample: Float32Array }[] {
  const enrolled = Math.min(enrol, vectors.length - 1);
  const probed = Math.min(probe, vectors.length - enrolled);
  return Array.from({ length: Math.min(turns, vectors.length) }, (_, turn) => {
    const start = Math.floor((turn * vectors.length) / Math.min(turns, vectors.length));
    const pick = (of: readonly Float32Array[], from: number, count: number) =>
      Array.from({ length: count }, (_, index) => of[(from + index) % of.length]!);
    return {
      template: meanDirection(pick(enrolling, start, enrolled)),
      sample: meanDirection(pick(vectors, start + enrolled, probed)),
    };
  });
}

function zip<T>(a: readonly T[], b: readonly T[]): [T, T][] {
  return a.slice(0, b.length).map((item, index) => [item, b[index]!]);
}
