import { messageOf } from '@visavox/core/errors';
import type { ControllerState, Training } from '../controller-state.ts';
import { maximumFailures, type Step } from '../step.ts';
import { holdBackOffered } from './offer.ts';
import type { PhaseContext } from './phase-context.ts';

const maximumOfferFailures = 3;

/** Ends a training without a release. What was due stays due, and is tried again after a while. */
export async function failed(
  context: PhaseContext,
  state: ControllerState,
  { training, reason, canceled = false }: { training: Training; reason: string; canceled?: boolean },
): Promise<Step> {
  const { base } = training;
  // After a few trainings that failed, or when somebody canceled one, the champion stays.
  const givenUp = base !== undefined && (canceled || state.offerFailures + 1 >= maximumOfferFailures);
  if (givenUp) await holdBackOffered(context, base, `no training from it succeeded: ${reason}`);
  return {
    next: {
      ...state,
      ...{ training: null, failures: 0, trouble: null },
      // A run canceled by hand is not tried again until there is something new.
      ...(canceled &&
        !training.byHand && { trainedOn: training.dataset, marks: { ...state.marks, ...training.marks } }),
      offered: givenUp ? base : state.offered,
      offerFailures: base && !givenUp ? state.offerFailures + 1 : 0,
      lastFailure: { run: training.run, at: context.now().toISOString(), reason },
    },
    again: false,
  };
}

/** After an error that waiting does not cure: counted, and in the end the training gives way to the next. */
export async function afterError(
  context: PhaseContext,
  state: ControllerState,
  error: unknown,
): Promise<Step> {
  const { report, now } = context;
  const { training } = state;
  const reason = messageOf(error);
  if (!training) {
    report('no training could begin', { reason });
    return {
      next: { ...state, lastFailure: { run: null, at: now().toISOString(), reason } },
      again: false,
    };
  }
  const { run, phase } = training;
  const failures = state.failures + 1;
  report('a step of a training failed', { run, phase, failures, reason });
  if (failures < maximumFailures) return { next: { ...state, failures, trouble: reason }, again: false };
  return failed(context, state, { training, reason: `${phase}: ${reason}` });
}
