import { Problem } from '@visavox/console/api/problem';
import type { Microphone, Recording } from '../microphone.ts';

const MENDABLE = new Set(['voice_too_quiet', 'voice_too_loud', 'nothing_heard']);

/** Whether a second try may come out better than this one did. */
export function isMendable(error: unknown): error is Problem {
  return error instanceof Problem && MENDABLE.has(error.code);
}

export interface Speech {
  readonly digits: string;
  readonly seconds: number;
  /** What was wrong with the try before. */
  readonly mend: string | null;
}

export type SpeechStep =
  | { readonly kind: 'ready'; readonly digits: string; readonly mend: string | null; readonly go: () => void }
  | {
      readonly kind: 'speaking';
      readonly digits: string;
      /** What is to be said is told, then recorded: first silence, then speech. */
      readonly state: 'told' | 'listening' | 'heard';
      readonly mend: string | null;
    };

/**
 * Shows digits and records them. Nothing speaks while it listens: what the page says aloud is over before it begins, and
 * somebody with a screen reader begins when that is silent.
 */
export async function speak(
  { digits, seconds, mend }: Speech,
  { microphone, byHand, signal }: { microphone: Microphone; byHand: boolean; signal: AbortSignal },
  onStep: (step: SpeechStep) => Promise<void>,
): Promise<Recording> {
  if (byHand) await unlessAborted(signal, (go) => void onStep({ kind: 'ready', digits, mend, go }));
  const told = onStep({ kind: 'speaking', digits, state: 'told', mend });
  await unlessAborted(signal, (go) => void told.then(go));
  void onStep({ kind: 'speaking', digits, state: 'listening', mend });
  return microphone.record({
    seconds,
    signal,
    onSpeech: () => void onStep({ kind: 'speaking', digits, state: 'heard', mend: null }),
  });
}

function unlessAborted(signal: AbortSignal, wait: (go: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave);
    wait(() => {
      signal.removeEventListener('abort', leave);
      resolve();
    });
  });
}
