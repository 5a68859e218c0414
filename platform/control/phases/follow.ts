import { SystemError } from '@visavox/core/errors';
import { modelReference } from '@visavox/core/model';
import { isFinished, type RunRecord } from '@visavox/core/run';
import type { ControllerState, Training } from '../controller-state.ts';
import { judge, type Verdict } from '../gate.ts';
import { judgeOffered } from '../offered-model.ts';
import { releaseIdOf } from '../releases.ts';
import type { Step } from '../step.ts';
import type { TrainingResult } from '../training-subject.ts';
import { failed } from './fail.ts';
import type { PhaseContext } from './phase-context.ts';
import { beginAgain, isCandidate, staleBecause } from './stale.ts';

/** Waits for the run, and judges what it registered; what a run does after that decides nothing. */
export async function follow(
  context: PhaseContext,
  state: ControllerState,
  training: Training,
): Promise<Step | null> {
  const { engine, subject, report } = context;
  const run = await engine.get(training.run);
  if (!isFinished(run.state)) return null;
  // Whoever cancels a run wants nothing of it.
  const result = run.state === 'canceled' ? null : await subject.result(run);
  if (result) return judged(context, state, { training, run, result });
  if (run.state === 'succeeded')
    throw new SystemError(`run ${run.id} succeeded without a model and a comparison`);
  const reason = run.reason ?? run.state;
  report('training did not succeed', { run: run.id, state: run.state, reason });
  return failed(context, state, { training, reason, canceled: run.state === 'canceled' });
}

async function judged(
  context: PhaseContext,
  state: ControllerState,
  { training, run, result }: { training: Training; run: RunRecord; result: TrainingResult },
): Promise<Step> {
  const { releases, report, now } = context;
  const { model } = result;
  if (model.name !== context.model)
    throw new SystemError(`run ${run.id} trained ${context.model} and registered ${modelReference(model)}`);
  const stale = await staleBecause(context, training);
  const { pass, reasons } = stale ? { pass: false, reasons: [stale] } : verdictOn(context, training, result);
  const reason = reasons.join('; ');
  const release = await releases.createOnce(releaseIdOf(training.run), model, {
    stage: pass ? 'preparing' : 'held-back',
    reason,
  });
  // Created before a crash, and judged otherwise since then.
  if (release.stage === 'preparing' && !pass) await releases.holdBack(release.id, reason);
  report(pass ? 'candidate passed the gate' : 'candidate held back', {
    ...{ run: run.id, model: modelReference(model), reasons },
  });
  const known: ControllerState = { ...state, failures: 0, trouble: null, training: null };
  if (training.byHand) return { next: pass ? releasing(known, training) : known, again: pass };
  if (stale && isCandidate(release)) return beginAgain(context, known, training);
  const late =
    run.state === 'succeeded' ? null : `after the model was registered: ${run.reason ?? run.state}`;
  const settled: ControllerState = {
    ...known,
    ...(training.base ? { offered: training.base, offerFailures: 0 } : {}),
    trainedOn: training.dataset,
    marks: { ...state.marks, ...training.marks },
    lastFailure: late === null ? null : { run: run.id, at: now().toISOString(), reason: late },
  };
  return {
    next: pass ? releasing(settled, training) : settled,
    again: pass,
  };
}

function releasing(state: ControllerState, training: Training): ControllerState {
  return { ...state, training: { ...training, phase: 'releasing' } };
}

function verdictOn(
  { policy, offerPolicy }: PhaseContext,
  { base, champion }: Training,
  { comparison }: TrainingResult,
): Verdict {
  if (base) return judgeOffered(comparison, offerPolicy ?? policy);
  return judge(comparison, policy, { first: champion === null });
}
