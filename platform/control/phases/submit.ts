import { UserError } from '@visavox/core/errors';
import type { ControllerState, Training } from '../controller-state.ts';
import type { Step } from '../step.ts';
import type { PhaseContext } from './phase-context.ts';

/** Hands the engine the request as it was written down, so that submitting it again is the same run, whatever has changed. */
export async function submit(
  context: PhaseContext,
  state: ControllerState,
  training: Training,
): Promise<Step | null> {
  const { request, ...submitted } = training;
  if (!request) return requestLater(context, state, training);
  await context.engine.submit(request);
  return { next: running(state, submitted), again: true };
}

/** Of a training that a version began which did not write the request down: it may have been submitted. */
async function requestLater(
  { engine, releases, subject }: PhaseContext,
  state: ControllerState,
  training: Training,
): Promise<Step | null> {
  const { run: id, trigger, dataset, base } = training;
  if (await isKnown(engine, id)) return { next: running(state, training), again: true };
  const champion = await releases.champion();
  if (!champion) return null;
  const request = { ...(await subject.request(dataset, champion, base)), id, trigger, useCache: true };
  return { next: { ...state, training: { ...training, champion: champion.bundle, request } }, again: true };
}

function running(state: ControllerState, training: Training): ControllerState {
  return { ...state, failures: 0, trouble: null, training: { ...training, phase: 'running' } };
}

async function isKnown(engine: PhaseContext['engine'], run: string): Promise<boolean> {
  try {
    await engine.get(run);
    return true;
  } catch (error) {
    if (error instanceof UserError && error.code === 'run_unknown') return false;
    throw error;
  }
}
