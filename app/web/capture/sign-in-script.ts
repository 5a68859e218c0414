import { attemptSignIn, newChallenge } from '../api/calls.ts';
import { Problem } from '../api/problem.ts';
import type { AttemptAnswer } from '../api/types.ts';
import type { Capturing } from './use-capture.ts';

export const SPEECH_SECONDS = 3.6;

export type SignInStep =
  | { readonly kind: 'looking' }
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

/** Waits for a good face, shows the digits, records face and voice together, and asks the server. */
export async function signInScript(
  name: string,
  { devices, guide, signal }: Capturing,
  onStep: (step: SignInStep) => void,
): Promise<AttemptAnswer> {
  onStep({ kind: 'looking' });
  const first = await guide.goodFrame({ after: 600, signal });
  const challenge = await newChallenge();
  let mend: string | null = null;
  for (let attempt = 1; ; attempt++) {
    onStep({ kind: 'speaking', digits: challenge.digits, heard: false, mend });
    const during = guide.gather(FACES - 1, signal);
    try {
      const { wav } = await devices.microphone.record({
        seconds: SPEECH_SECONDS,
        signal,
        onSpeech: () => onStep({ kind: 'speaking', digits: challenge.digits, heard: true, mend: null }),
      });
      onStep({ kind: 'checking' });
      return await attemptSignIn({
        name,
        challenge: challenge.id,
        faces: [first, ...during.stop()],
        voice: wav,
      });
    } catch (error) {
      if (!(error instanceof Problem) || !MENDABLE.has(error.code) || attempt === TRIES) throw error;
      mend = error.code;
    } finally {
      during.stop();
    }
  }
}
