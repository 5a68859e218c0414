import { type Digest, shortDigest } from '@visavox/core/digest';
import type { Release } from '@visavox/core/release';
import { type Comparison, type GatePolicy, judge, type Verdict } from './gate.ts';

/** A model that came with the software instead of out of a training here. Its files are in the object store. */
export interface OfferedModel {
  readonly bundle: Digest;
  /** Why, for people. */
  readonly reason: string;
  /**
   * `release`: as it is, once it is prepared. `train`: a training that starts from it, which goes out unless it is surely
   * worse than the champion. `register`: nothing but its version in the registry.
   */
  readonly way: 'release' | 'train' | 'register';
}

/** A crash between any two steps finds the same release again. */
export function offeredReleaseId(
  bundle: Digest,
  { environment, model }: Pick<Release, 'environment' | 'model'>,
): string {
  return `offered-${environment}-${model}-${shortDigest(bundle)}`;
}

/** Also those of versions that knew one model and one environment. */
export function isOfferedRelease({ id }: Pick<Release, 'id'>): boolean {
  return id.startsWith('offered-');
}

/** Where there is too little to compare on, nothing shows that the champion is worth keeping. */
export function judgeOffered(comparison: Comparison, policy: GatePolicy): Verdict {
  if (comparison.units >= policy.minimumUnits) return judge(comparison, policy);
  const few = `only ${comparison.units} ${comparison.unitName} to compare on, too few to keep the champion for`;
  return { pass: true, reasons: [few] };
}
