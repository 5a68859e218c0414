import { attemptSignIn, newChallenge } from '../api/calls.ts';
import { Problem } from '../api/problem.ts';
import type { AttemptAnswer, CaptureVerdict, Challenge } from '../api/types.ts';
import { Burst } from './burst.ts';
import type { Capturing } from './use-capture.ts';

/** At most, for who speaks slowly. */
export function secondsFor(digits: string): number {
  return 1 + 1.1 * digits.length;
}

export type SignInStep =
  | { readonly kind: 'looking' }
  | { readonly kind: 'turning'; readonly turn: 'left' | 'right' }
  | {
      readonly kind: 'speaking';
      readonly digits: string;
      readonly heard: boolean;
      readonly mend: string | null;
    }
  | { readonly kind: 'checking' };

const FACES = 3;
const MENDABLE = new Set(['voice_too_quiet', 'voice_too_loud', 'nothing_heard']);
const TRIES = 3;

/** Degrees that are surely a turn; and how long somebody has for it before we go on all the same. */
const TURNED = 14;
const TURN_PATIENCE_MS = 5000;
const TO_LOOK_BACK_MS = 700;

/** Whether the head is turned as asked; the server counts degrees to the person's left. */
export function isTurned(turn: 'left' | 'right', verdict: CaptureVerdict): boolean {
  return (verdict.quality.yaw ?? 0) * (turn === 'left' ? 1 : -1) >= TURNED;
}

/**
 * Waits for a good face, has the head turned, shows the digits, records face and voice together, and asks the server.
 * `withoutTurn`: for who cannot turn the head, who says more digits instead.
 */
export async function signInScript(
  { name, withoutTurn }: { name: string; withoutTurn: boolean },
  { devices, guide, video, signal }: Capturing,
  onStep: (step: SignInStep) => void,
): Promise<AttemptAnswer> {
  onStep({ kind: 'looking' });
  const first = await guide.goodFrame({ after: 600, signal });
  const challenge = await newChallenge({ withoutTurn, name });
  const burst = new Burst(video);
  try {
    if (challenge.turn) {
      const { turn } = challenge;
      onStep({ kind: 'turning', turn });
      const like = (verdict: CaptureVerdict) => isTurned(turn, verdict);
      await guide.goodFrame({ like, patience: TURN_PATIENCE_MS, signal });
      await new Promise((done) => setTimeout(done, TO_LOOK_BACK_MS));
    }
    return await answer({ name, challenge, first, burst }, { devices, guide, signal }, onStep);
  } finally {
    burst.stop();
  }
}

/** Says the digits, up to three times when too little is heard of them. */
async function answer(
  request: { name: string; challenge: Challenge; first: Blob; burst: Burst },
  { devices, guide, signal }: Pick<Capturing, 'devices' | 'guide' | 'signal'>,
  onStep: (step: SignInStep) => void,
): Promise<AttemptAnswer> {
  const { name, challenge, first, burst } = request;
  let mend: string | null = null;
  for (let attempt = 1; ; attempt++) {
    onStep({ kind: 'speaking', digits: challenge.digits, heard: false, mend });
    const during = guide.gather(FACES - 1, signal);
    try {
      const { wav, startedAt, seconds } = await devices.microphone.record({
        seconds: secondsFor(challenge.digits),
        signal,
        onSpeech: () => onStep({ kind: 'speaking', digits: challenge.digits, heard: true, mend: null }),
      });
      onStep({ kind: 'checking' });
      return await attemptSignIn({
        name,
        challenge: challenge.id,
        faces: [first, ...during.stop()],
        voice: wav,
        burst: burst.around(startedAt, seconds),
      });
    } catch (error) {
      if (!(error instanceof Problem) || !MENDABLE.has(error.code) || attempt === TRIES) throw error;
      mend = error.code;
    } finally {
      during.stop();
    }
  }
}
