import { messageOf } from '@visavox/core/errors';
import type { Release } from '@visavox/core/release';
import { isNotAccepted } from '../not-accepted.ts';
import { maximumFailures } from '../step.ts';
import type { PhaseContext } from './phase-context.ts';

export type BroughtUp =
  /** It serves, or somebody decided otherwise. */
  | { readonly kind: 'done' }
  | { readonly kind: 'again'; readonly reason: string }
  | { readonly kind: 'given up'; readonly reason: string };

/**
 * Makes a release champion, or leaves it beside the champion: where it is tested there first, or where a second person has to
 * agree. Every failure counts, also of what is unavailable: a model server that never comes up is unavailable for ever. What cannot be brought up is held back after so many tries; what is champion by then stays it,
 * since whoever serves follows the release store.
 */
export async function bringUp(context: PhaseContext, id: string, failuresBefore: number): Promise<BroughtUp> {
  const { releases, report } = context;
  const release = await releases.find(id);
  if (release === undefined || release.stage === 'held-back' || release.stage === 'retired')
    return { kind: 'done' };
  try {
    await takeFurther(context, release);
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

async function takeFurther(
  { releases, productionTest, askApproval }: PhaseContext,
  release: Release,
): Promise<void> {
  const champion = await releases.champion();
  const isTested = productionTest && champion && champion.id !== release.id;
  const waived = isTested ? await productionTest.waived() : null;
  if (isTested && waived === null) {
    await releases.bringUpBeside(release);
    await productionTest.begin(release);
    return;
  }
  const reason = waived === null ? release.reason : `${release.reason}; ${waived}`;
  if (askApproval && release.stage !== 'champion') await releases.leaveForApproval({ ...release, reason });
  else await releases.makeChampion(release, reason);
}
