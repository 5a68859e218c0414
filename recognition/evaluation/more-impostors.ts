import { seededDraws } from '../seeded-draws.ts';
import { nameOf } from './acquisition.ts';
import type { Comparison } from './lists.ts';

/**
 * So many comparisons besides those listed of one person's enrolment with another's recording, drawn by the seed, so that low
 * FMRs can be claimed. Fewer where there are no more.
 */
export function moreImpostors(
  comparisons: readonly Comparison[],
  count: number,
  seed: number,
): readonly Comparison[] {
  const keyOf = ({ claimed, enrolled, probe }: Comparison) =>
    [claimed, ...enrolled.map(nameOf), nameOf(probe)].join(' ');
  const known = new Set(comparisons.map(keyOf));
  const random = seededDraws(seed);
  const draw = () => comparisons[Math.floor(random() * comparisons.length)];
  const more: Comparison[] = [];
  // Small lists run out of new ones.
  for (let tries = 0; more.length < count && tries < 20 * count; tries++) {
    const [claim, other] = [draw(), draw()];
    if (!claim || !other || claim.claimed === other.claimant) continue;
    const one: Comparison = { ...claim, claimant: other.claimant, probe: other.probe, same: false };
    const key = keyOf(one);
    if (known.has(key)) continue;
    known.add(key);
    more.push(one);
  }
  return more;
}
