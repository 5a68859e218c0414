import { type Digest, shortDigest } from '@visavox/core/digest';
import { type Comparison, type GatePolicy, judge, type Verdict } from './gate.ts';
import type { Memory } from './memory.ts';

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
export function offeredReleaseId(bundle: Digest): string {
  return `offered-${shortDigest(bundle)}`;
}

/** Where there is too little to compare on, nothing shows that the champion is worth keeping. */
export function judgeOffered(comparison: Comparison, policy: GatePolicy): Verdict {
  if (comparison.units >= policy.minimumUnits) return judge(comparison, policy);
  const few = `only ${comparison.units} ${comparison.unitName} to compare on, too few to keep the champion for`;
  return { pass: true, reasons: [few] };
}

const maximumFailures = 3;

/** After a few trainings that failed, or when somebody canceled one, the champion stays. */
export function isGivenUp({ offerFailures }: Pick<Memory, 'offerFailures'>, canceled: boolean): boolean {
  return canceled || offerFailures + 1 >= maximumFailures;
}
