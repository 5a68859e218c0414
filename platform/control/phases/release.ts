import type { ControllerState, Training } from '../controller-state.ts';
import { releaseIdOf } from '../releases.ts';
import type { Step } from '../step.ts';
import { bringUp } from './bring-up.ts';
import type { PhaseContext } from './phase-context.ts';
import { beginAgain, staleBecause } from './stale.ts';

/** Brings up what passed the gate, and tests it there or makes it champion. */
export async function release(
  context: PhaseContext,
  state: ControllerState,
  training: Training,
): Promise<Step> {
  const { releases, now } = context;
  const id = releaseIdOf(training.run);
  const done: ControllerState = { ...state, failures: 0, trouble: null, training: null };
  if ((await releases.find(id))?.stage === 'preparing') {
    const stale = await staleBecause(context, training);
    if (stale) {
      await releases.holdBack(id, stale);
      return training.byHand ? { next: done, again: true } : beginAgain(context, done, training);
    }
  }
  // One at a time: what is being tested may be the champion that this one has to be compared with.
  const other = await context.productionTest?.underWay();
  if (other && other.challenger !== id) return { next: state, again: false };
  const outcome = await bringUp(context, id, state.failures);
  switch (outcome.kind) {
    case 'done':
      return { next: done, again: true };
    case 'again':
      return { next: { ...state, failures: state.failures + 1, trouble: outcome.reason }, again: false };
    case 'given up': {
      const lastFailure = { run: training.run, at: now().toISOString(), reason: outcome.reason };
      return { next: { ...done, lastFailure }, again: false };
    }
  }
}
