import type { Release } from '@visavox/core/release';
import type { ControllerState, Training } from '../controller-state.ts';
import { referenceOf } from '../releases.ts';
import type { Step } from '../step.ts';
import { begun } from './begin.ts';
import type { PhaseContext } from './phase-context.ts';

/**
 * Why a comparison says nothing any more: somebody rolled back or made another release champion since. Null: it counts.
 * Otherwise a release that was judged against the one that was rolled back from would undo the rollback.
 */
export async function staleBecause(context: PhaseContext, training: Training): Promise<string | null> {
  // A version of the software that did not write it down.
  if (training.champion === undefined) return null;
  const champion = await context.releases.champion();
  if ((champion?.bundle ?? null) === training.champion) return null;
  return `compared with another champion than serves now, which is ${champion ? referenceOf(champion) : 'none'}`;
}

/** Trains for the same reason against the champion of now. */
export async function beginAgain(
  context: PhaseContext,
  state: ControllerState,
  { trigger, base }: Training,
): Promise<Step> {
  return { next: await begun(context, state, { trigger, base }), again: true };
}

/** Whether nothing but this controller has decided about a candidate. */
export function isCandidate({ stage }: Release): boolean {
  return stage === 'preparing' || stage === 'held-back';
}
