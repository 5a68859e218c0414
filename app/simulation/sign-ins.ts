import type { Attempt } from '@visavox/client/answers';
import type { VisavoxClient } from '@visavox/client/client';
import { UserError } from '@visavox/core/errors';
import type { Random } from '@visavox/recognition/synthetic/random';
import type { Identity } from './identity.ts';
import { type Enrolled, isCaptureFault } from './population.ts';

/** What became of the sign-ins of a wave. A step up is not an accept; a failure to acquire is no comparison. */
export interface Tally {
  genuine: number;
  falseRejects: number;
  impostor: number;
  falseAccepts: number;
  stepUps: number;
  failuresToAcquire: number;
  /** The same by whether the claimant came under a shift. */
  readonly slices: Record<Slice, Counts>;
  /** Model and version, with how many attempts each decided. */
  readonly servedBy: Map<string, number>;
}

export type Slice = 'unshifted' | 'shifted';
export interface Counts {
  genuine: number;
  falseRejects: number;
  impostor: number;
  falseAccepts: number;
}
const none = (): Counts => ({ genuine: 0, falseRejects: 0, impostor: 0, falseAccepts: 0 });

export interface SignInRound {
  readonly wave: number;
  readonly client: VisavoxClient;
  readonly enrolled: readonly Enrolled[];
  /** Who tries to pass for others, enrolled or not. */
  readonly everyone: readonly Identity[];
  readonly random: Random;
  /** Tells the server which of the accepted attempts were genuine, so that it learns from them. */
  readonly feedback: boolean;
  readonly progress: (done: number, of: number) => void;
}

/** Everybody once as himself, and once with somebody else's face and voice who makes no effort. */
export async function signInRound(round: SignInRound): Promise<Tally> {
  const { enrolled, everyone, random } = round;
  const tally: Tally = {
    genuine: 0,
    falseRejects: 0,
    impostor: 0,
    falseAccepts: 0,
    stepUps: 0,
    failuresToAcquire: 0,
    slices: { unshifted: none(), shifted: none() },
    servedBy: new Map(),
  };
  let done = 0;
  for (const { identity, person } of enrolled) {
    const others = everyone.filter((other) => other !== identity);
    const impostor = others[random.below(others.length)];
    for (const claimant of [identity, impostor]) {
      if (!claimant) continue;
      const now = claimant.at?.(round.wave) ?? { identity: claimant, shifted: false };
      const attempt = await tryOnce(round, person.name, now.identity);
      round.progress(++done, enrolled.length * 2);
      if (!attempt) tally.failuresToAcquire++;
      else {
        count(tally, attempt, claimant === identity);
        countOutcome(tally.slices[now.shifted ? 'shifted' : 'unshifted'], attempt, claimant === identity);
      }
      if (attempt?.decision === 'accept' && round.feedback) {
        await round.client.feedback(attempt.id, claimant === identity ? 'genuine' : 'impostor');
      }
    }
  }
  return tally;
}

async function tryOnce(round: SignInRound, name: string, claimant: Identity): Promise<Attempt | null> {
  const occasion = round.random.below(1_000_000);
  for (;;) {
    try {
      return await presented(round.client, name, claimant, occasion);
    } catch (error) {
      if (isCaptureFault(error)) return null;
      if (!(error instanceof UserError && error.kind === 'too-many')) throw error;
      const seconds = Number(error.details.retryAfterSeconds ?? 30);
      await new Promise((wake) => setTimeout(wake, (seconds + 1) * 1000));
    }
  }
}

async function presented(
  client: VisavoxClient,
  name: string,
  claimant: Identity,
  occasion: number,
): Promise<Attempt> {
  const { answer } = claimant;
  if (answer) return client.signIn({ name, answer: (asked) => answer(asked, occasion) });
  const faces = await claimant.faces(occasion);
  return client.measure({ name, faces, speak: (digits) => claimant.speak(digits, occasion) });
}

function count(tally: Tally, attempt: Attempt, genuine: boolean): void {
  const by = `${attempt.servedBy.model}:${attempt.servedBy.version}`;
  tally.servedBy.set(by, (tally.servedBy.get(by) ?? 0) + 1);
  if (attempt.decision === 'step_up') tally.stepUps++;
  countOutcome(tally, attempt, genuine);
}

function countOutcome(counts: Counts, attempt: Attempt, genuine: boolean): void {
  const accepted = attempt.decision === 'accept';
  if (genuine) {
    counts.genuine++;
    if (!accepted) counts.falseRejects++;
  } else {
    counts.impostor++;
    if (accepted) counts.falseAccepts++;
  }
}
