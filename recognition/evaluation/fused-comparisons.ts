import { digestOf } from '@visavox/core/digest';
import type { Comparison } from './lists.ts';

export interface FusedComparison {
  readonly face: Comparison;
  readonly voice: Comparison;
  readonly same: boolean;
}

/**
 * Gives each face identity one voice identity, by `seed`. A genuine comparison is a genuine pair of faces with a
 * genuine trial of the person's voice; an impostor one has the impostor's face and the impostor's own voice where
 * the list has that trial, or else another impostor's against the same voice. Trials take turns.
 */
export function pairModalities(
  faces: readonly Comparison[],
  voices: readonly Comparison[],
  seed: number,
): readonly FusedComparison[] {
  const genuine = turns(
    voices.filter((trial) => trial.same),
    (trial) => trial.claimed,
  );
  const between = turns(
    voices.filter((trial) => !trial.same),
    (trial) => `${trial.claimed} ${trial.claimant}`,
  );
  const against = turns(
    voices.filter((trial) => !trial.same),
    (trial) => trial.claimed,
  );
  const order = (names: Iterable<string>) =>
    [...new Set(names)].sort((a, b) => (digestOf(`${seed}:${a}`) < digestOf(`${seed}:${b}`) ? -1 : 1));
  const people = order(faces.flatMap((pair) => [pair.claimed, pair.claimant]));
  const speakers = order(voices.filter((trial) => trial.same).map((trial) => trial.claimed));
  const voiceOf = new Map(people.map((person, index) => [person, speakers[index % speakers.length] ?? '']));
  return faces.flatMap((face) => {
    const [claimed, claimant] = [voiceOf.get(face.claimed) ?? '', voiceOf.get(face.claimant) ?? ''];
    const voice = face.same ? genuine(claimed) : (between(`${claimed} ${claimant}`) ?? against(claimed));
    return voice ? [{ face, voice, same: face.same }] : [];
  });
}

/** Answers the comparisons of a key one after another, and then again from the first. */
function turns(
  comparisons: readonly Comparison[],
  keyOf: (comparison: Comparison) => string,
): (key: string) => Comparison | undefined {
  const groups = new Map<string, { readonly members: Comparison[]; next: number }>();
  for (const comparison of comparisons) {
    const group = groups.get(keyOf(comparison));
    if (group) group.members.push(comparison);
    else groups.set(keyOf(comparison), { members: [comparison], next: 0 });
  }
  return (key) => {
    const group = groups.get(key);
    return group?.members[group.next++ % group.members.length];
  };
}
