import type { Digest } from '@visavox/core/digest';
import { messageOf } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { ControllerState } from '../controller-state.ts';
import { isOfferedRelease, type OfferedModel, offeredReleaseId } from '../offered-model.ts';
import { isUnavailable, type Step } from '../step.ts';
import { begun, failedJustNow } from './begin.ts';
import { bringUp } from './bring-up.ts';
import type { PhaseContext } from './phase-context.ts';

/** Comes a step further with a model that came with the software. Null: there is none, or it has to wait. */
export async function takeOffer(context: PhaseContext, state: ControllerState): Promise<Step | null> {
  const { subject, releases } = context;
  const champion = await releases.champion();
  if (state.paused || !champion || failedJustNow(context, state)) return null;
  const offer = await subject.offered?.(champion);
  const open = offer && offer.bundle !== state.offered ? offer : null;
  await holdBackOthers(context, open);
  if (!open) return null;
  const dealtWith: Step = { next: { ...state, offered: open.bundle }, again: true };
  const known = (await releases.list()).filter(({ bundle }) => bundle === open.bundle);
  // It has served before, as with software that was set back to what it had been.
  if (known.some((release) => !isOfferedRelease(release))) return dealtWith;
  const model = await registered(context, open.bundle);
  if (!model) return null;
  switch (open.way) {
    case 'register':
      return dealtWith;
    case 'train':
      return {
        next: await begun(context, state, { trigger: open.reason, base: open.bundle }),
        again: true,
      };
    case 'release':
      return releaseOffered(context, state, { offer: open, model, id: known[0]?.id });
  }
}

/** An offer may be followed by the next one, or be dealt with otherwise, before its release is up. */
async function holdBackOthers({ releases }: PhaseContext, open: OfferedModel | null): Promise<void> {
  for (const release of await releases.list())
    if (release.stage === 'preparing' && isOfferedRelease(release) && release.bundle !== open?.bundle)
      await releases.holdBack(release.id, 'not offered any more');
}

async function releaseOffered(
  context: PhaseContext,
  state: ControllerState,
  { offer, model, id }: { offer: OfferedModel; model: ModelVersion; id: string | undefined },
): Promise<Step> {
  const { releases, now } = context;
  const release = await releases.createOnce(id ?? offeredReleaseId(offer.bundle, context), model, {
    stage: 'preparing',
    reason: offer.reason,
  });
  const outcome = await bringUp(context, release.id, state.prepareFailures);
  const failure = () => ({
    run: null,
    at: now().toISOString(),
    reason: outcome.kind === 'done' ? '' : outcome.reason,
  });
  const dealtWith: ControllerState = { ...state, offered: offer.bundle, prepareFailures: 0 };
  switch (outcome.kind) {
    case 'done':
      return { next: { ...dealtWith, lastFailure: null }, again: true };
    case 'given up':
      return { next: { ...dealtWith, lastFailure: failure() }, again: true };
    case 'again':
      return {
        next: { ...state, prepareFailures: state.prepareFailures + 1, lastFailure: failure() },
        again: false,
      };
  }
}

/** Seen among the releases, so that it is not lost in silence. */
export async function holdBackOffered(context: PhaseContext, bundle: Digest, reason: string): Promise<void> {
  const model = await registered(context, bundle);
  if (!model) return;
  await context.releases.createOnce(offeredReleaseId(bundle, context), model, {
    stage: 'held-back',
    reason,
  });
}

/** Null while the registry is away: trainings do not wait for it. */
async function registered(
  { registry, report, model: name }: PhaseContext,
  bundle: Digest,
): Promise<ModelVersion | null> {
  try {
    return await registry.register({ name, bundle, run: null, metrics: {}, trackingRun: null });
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    report('offered model not registered yet', { bundle, reason: messageOf(error) });
    return null;
  }
}
