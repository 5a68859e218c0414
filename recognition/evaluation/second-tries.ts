import { nameOf } from './acquisition.ts';
import { lineOf } from './lines.ts';
import type { Comparison, Recording } from './lists.ts';

/** For each comparison the claimant's next recording of the list that is neither compared nor enrolled in it. */
export function secondTries(
  comparisons: readonly Comparison[],
): (comparison: Comparison) => Recording | undefined {
  const own = new Map<string, Map<string, Recording>>();
  for (const { claimant, probe } of comparisons) {
    const probes = own.get(claimant) ?? new Map<string, Recording>();
    probes.set(nameOf(probe), probe);
    own.set(claimant, probes);
  }
  const lists = new Map([...own].map(([claimant, probes]) => [claimant, [...probes.values()]]));
  const places = new Map(
    [...lists].flatMap(([claimant, probes]) =>
      probes.map((probe, place) => [`${claimant} ${nameOf(probe)}`, place] as const),
    ),
  );
  return ({ claimant, probe, enrolled }) => {
    const probes = lists.get(claimant) ?? [];
    // Joined recordings share pieces with enrolments: a piece that is enrolled is no second try.
    const taken = new Set([...lineOf(probe).files, ...enrolled.flat()]);
    const place = places.get(`${claimant} ${nameOf(probe)}`) ?? 0;
    for (let step = 1; step < probes.length; step++) {
      const other = probes[(place + step) % probes.length];
      if (other && !other.some((piece) => taken.has(piece))) return other;
    }
    return undefined;
  };
}
