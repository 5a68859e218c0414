import { attemptSignIn, newChallenge } from '../api/calls.ts';
import type { AttemptAnswer, Challenge } from '../api/types.ts';
import { Burst } from './burst.ts';
import { isMendable, speak } from './steps/speak.ts';
import type { Scene, SceneStep, SignInStep } from './steps/step.ts';
import { turnHead } from './steps/turn-head.ts';
import type { Capturing } from './use-capture.ts';

/** What comes before the digits, one after another. */
const BEFORE_SPEECH: readonly SceneStep[] = [turnHead];

const FACES = 3;
const TRIES = 3;
/** A challenge is good for two minutes; one that would run out while it is answered is not begun with. */
const FRESH_MS = 100_000;

/** At most, for who speaks slowly. */
export function secondsFor(digits: string): number {
  return 1 + 1.1 * digits.length;
}

export interface SignInWish {
  readonly name: string;
  /** For who cannot turn the head, who says more digits instead. */
  readonly withoutTurn: boolean;
}

/** Waits for a good face, goes through the challenge's steps, has the digits said, and asks the server. */
export async function signInScript(
  wish: SignInWish,
  capturing: Capturing,
  onStep: (step: SignInStep) => Promise<void>,
): Promise<AttemptAnswer> {
  const { guide, video, signal } = capturing;
  for (;;) {
    void onStep({ kind: 'looking' });
    let straight = 0;
    const like = ({ yaw }: { yaw: number }) => {
      straight = yaw;
      return true;
    };
    const first = await guide.goodFrame({ after: 600, confirmed: true, like, signal });
    const challenge = await newChallenge(wish);
    const until = performance.now() + FRESH_MS;
    const burst = new Burst(video);
    try {
      const scene: Scene = { ...capturing, challenge, burst, straight, onStep };
      for (const step of BEFORE_SPEECH) await step(scene);
      const answer = await sayDigits({ name: wish.name, challenge, first, until }, scene);
      if (answer) return answer;
    } finally {
      burst.stop();
    }
  }
}

/** Says the digits, up to three times when too little is heard of them. Null where the challenge grew too old meanwhile. */
async function sayDigits(
  { name, challenge, first, until }: { name: string; challenge: Challenge; first: Blob; until: number },
  { devices, guide, burst, byHand, signal, onStep }: Scene,
): Promise<AttemptAnswer | null> {
  const { microphone } = devices;
  const { digits } = challenge;
  let mend: string | null = null;
  for (let attempt = 1; performance.now() < until; attempt++) {
    const during = guide.gather(FACES - 1, signal);
    try {
      const speech = { digits, seconds: secondsFor(digits), mend };
      const recording = await speak(speech, { microphone, byHand, signal }, onStep);
      void onStep({ kind: 'checking' });
      const { frames, times } = await burst.around(recording.startedAt, recording.seconds);
      return await attemptSignIn({
        name,
        challenge: challenge.id,
        faces: [first, ...during.stop()],
        voice: recording.wav,
        frames,
        frameTimes: times,
      });
    } catch (error) {
      if (!isMendable(error) || attempt === TRIES) throw error;
      mend = error.code;
    } finally {
      during.stop();
    }
  }
  return null;
}
