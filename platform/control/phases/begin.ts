import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { Parameter } from '@visavox/core/run';
import type { ControllerState } from '../controller-state.ts';
import type { Step } from '../step.ts';
import type { Trigger, TriggerContext } from '../trigger.ts';
import type { PhaseContext } from './phase-context.ts';

/** Begins a training where a trigger is due. Null: there is nothing to do. */
export async function beginIfDue(context: PhaseContext, state: ControllerState): Promise<Step | null> {
  const { triggers, subject, releases } = context;
  if (state.paused || failedJustNow(context, state)) return null;
  if (!subject.startsWithoutChampion && !(await releases.champion())) return null;
  // What it would be compared with may not serve any more when it is done. What is new meanwhile is not lost.
  if (await context.productionTest?.underWay()) return null;
  const reasons: string[] = [];
  let failure: unknown;
  for (const trigger of triggers) {
    try {
      const reason = await trigger.due(triggerContext(context, state, trigger));
      if (reason !== null) reasons.push(reason);
    } catch (error) {
      // One that cannot tell does not silence the others.
      failure ??= error;
    }
  }
  if (reasons.length > 0)
    return { next: await begun(context, state, { trigger: reasons.join('; ') }), again: true };
  if (failure !== undefined) throw failure;
  return null;
}

/** The state in which a training is to be submitted; the whole request is part of it. */
export async function begun(
  context: PhaseContext,
  state: ControllerState,
  { trigger, base, by }: { trigger: string; base?: Digest | undefined; by?: string | undefined },
): Promise<ControllerState> {
  const { subject, releases, newId, report } = context;
  const champion = (await releases.champion()) ?? null;
  if (!champion && !subject.startsWithoutChampion) throw noChampion(context);
  // Before the snapshot: what comes in between is new for the next training, and not lost.
  const marks = await marksOf(context, state);
  const { digest: dataset } = await subject.snapshot();
  const run = newId();
  const parts = await subject.request(dataset, champion, base);
  const request = { ...parts, id: run, trigger, useCache: true, ...(by !== undefined && { by }) };
  report('training due', { run, trigger, dataset });
  return {
    ...state,
    failures: 0,
    trouble: null,
    training: {
      ...{ phase: 'submitting', run, dataset, trigger, marks, request },
      champion: champion?.bundle ?? null,
      ...(base && { base }),
    },
  };
}

/** The state in which a model that somebody made by hand is to be judged. */
export async function candidateBegun(
  context: PhaseContext,
  state: ControllerState,
  {
    trigger,
    given,
    by,
  }: { trigger: string; given: Readonly<Record<string, Parameter>>; by?: string | undefined },
): Promise<ControllerState> {
  const { subject, releases, newId, report } = context;
  if (!subject.candidate) throw notByHand(context);
  const champion = await releases.champion();
  if (!champion) throw noChampion(context);
  const { dataset, ...parts } = await subject.candidate(given, champion);
  const run = newId();
  const request = { ...parts, id: run, trigger, useCache: true, ...(by !== undefined && { by }) };
  report('candidate handed in', { run, trigger, dataset });
  return {
    ...state,
    failures: 0,
    trouble: null,
    training: {
      ...{ phase: 'submitting', run, dataset, trigger, marks: {}, request, byHand: true },
      champion: champion.bundle,
    },
  };
}

/** A training that failed is left alone for a while. */
export function failedJustNow(
  { retryAfterSeconds, now }: PhaseContext,
  { lastFailure }: ControllerState,
): boolean {
  const failedAt = lastFailure ? Date.parse(lastFailure.at) : Number.NEGATIVE_INFINITY;
  return now().getTime() - failedAt < retryAfterSeconds * 1000;
}

function triggerContext(
  { subject, datasets, now }: PhaseContext,
  { since, marks, trainedOn }: ControllerState,
  { name }: Trigger,
): TriggerContext {
  const time = now();
  return {
    now: time,
    since: since === null ? time : new Date(since),
    mark: marks[name] ?? null,
    trainedOn,
    countNew: () => subject.countNew(trainedOn),
    datasets,
  };
}

async function marksOf(context: PhaseContext, state: ControllerState): Promise<Record<string, string>> {
  const marks: Record<string, string> = {};
  for (const trigger of context.triggers) {
    const mark = await trigger.mark?.(triggerContext(context, state, trigger));
    if (mark !== undefined && mark !== null) marks[trigger.name] = mark;
  }
  return marks;
}

function notByHand({ model }: PhaseContext): UserError {
  return new UserError({
    kind: 'invalid',
    code: 'candidates_unsupported',
    message: `models called ${model} come out of trainings alone`,
    action: `Register what a run made: visavox models register ${model} --from RUN.`,
  });
}

function noChampion({ model, environment }: PhaseContext): UserError {
  return new UserError({
    kind: 'conflict',
    code: 'no_champion',
    message: `no version of ${model} serves ${environment}, so there is none to train from or to compare with`,
    action: `Release one first: visavox release propose ${model}:VERSION --to ${environment}, then promote it.`,
  });
}
