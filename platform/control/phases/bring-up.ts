import { messageOf } from '@visavox/core/errors';
import { isNotAccepted } from '../not-accepted.ts';
import { maximumFailures } from '../step.ts';
import type { PhaseContext } from './phase-context.ts';

export type BroughtUp =
  /** It serves, or somebody decided otherwise. */
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly reason: string }
  | { readonly kind: 'given up'; readonly reason: string };

/**
 * Makes a release champion, or leaves it beside the champion where a second person has to agree. Every failure counts, also of what is unavailable: a model server that never comes up is
 * unavailable for ever. What cannot be brought up is held back after so many tries; what is champion by then stays it,
 * since whoever serves follows the release store.
 */
export async function bringUp(
  { releases, report, askApproval }: PhaseContext,
  id: string,
  failuresBefore: number,
): Promise<BroughtUp> {
  const release = await releases.find(id);
  if (release === undefined || release.stage === 'held-back' || release.stage === 'retired')
    return { kind: 'done' };
  try {
    if (askApproval && release.stage !== 'champion') await releases.leaveForApproval(release);
    else await releases.makeChampion(release, release.reason);
    return { kind: 'done' };
  } catch (error) {
    const failures = failuresBefore + 1;
    const reason = messageOf(error);
    report('release could not be brought up', { release: release.id, failures, reason });
    if (failures < maximumFailures && !isNotAccepted(error)) return { kind: 'again', reason };
    const champion = await releases.champion();
    if (champion?.id === release.id)
      return { kind: 'given up', reason: `released, but not activated: ${reason}` };
    const heldBack = isNotAccepted(error) ? `not accepted: ${reason}` : `could not be brought up: ${reason}`;
    await releases.holdBack(release.id, heldBack);
    return { kind: 'given up', reason: heldBack };
  }
}
