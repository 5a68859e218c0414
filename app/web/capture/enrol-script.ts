import { checkVoice } from '../api/calls.ts';
import { Problem } from '../api/problem.ts';
import type { CaptureVerdict } from '../api/types.ts';
import type { Capturing } from './use-capture.ts';

export const poses = ['straight', 'left', 'right', 'again'] as const;
export type Pose = (typeof poses)[number];

export const UTTERANCES = 3;
/** At most: who speaks fast is done earlier. */
export const UTTERANCE_SECONDS = 6.5;
/** Degrees of turn that are asked for, and the time to read what is asked and do it. */
const POSES = {
  straight: { after: 700, turned: [0, 20] },
  left: { after: 1500, turned: [9, 40] },
  right: { after: 1700, turned: [9, 40] },
  again: { after: 1500, turned: [0, 20] },
} as const satisfies Record<Pose, { after: number; turned: readonly [number, number] }>;

/** A hint about the turn is none where a turn is asked for. */
export function isPose(pose: Pose, verdict: CaptureVerdict): boolean {
  const [least, most] = POSES[pose].turned;
  const turned = Math.abs(verdict.quality.yaw ?? 0);
  return turned >= least && turned <= most && verdict.hints.every((hint) => hint === 'face_turned');
}

export type Take =
  | { readonly kind: 'face'; readonly index: number }
  | { readonly kind: 'voice'; readonly index: number };

export interface Takes {
  readonly faces: readonly (Blob | undefined)[];
  readonly voices: readonly (Blob | undefined)[];
}

export type EnrolStep =
  | { readonly kind: 'face'; readonly index: number; readonly pose: Pose }
  | {
      readonly kind: 'voice';
      readonly index: number;
      readonly digits: string;
      readonly heard: boolean;
      readonly mend: string | null;
    }
  | { readonly kind: 'checking'; readonly index: number };

export function missingTakes(takes: Takes): Take[] {
  const faces = poses.map((_, index) => ({ kind: 'face', index }) as const);
  const voices = Array.from({ length: UTTERANCES }, (_, index) => ({ kind: 'voice', index }) as const);
  return [
    ...faces.filter(({ index }) => !takes.faces[index]),
    ...voices.filter(({ index }) => !takes.voices[index]),
  ];
}

/**
 * Five digits an utterance: all ten, so that it is known how each is said, and five of them again. No two neighbours are alike,
 * so that one says them evenly.
 */
export function promptsToSay(random: () => number = Math.random): string[] {
  const shuffled = () => {
    const digits = [...'0123456789'];
    for (let last = digits.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [digits[last], digits[other]] = [digits[other] ?? '', digits[last] ?? ''];
    }
    return digits.join('');
  };
  const all = shuffled();
  return [all.slice(0, 5), all.slice(5), shuffled().slice(0, 5)];
}

/** Makes the takes that are asked for, each accepted by the server before the next one. */
export async function enrolScript(
  { wanted, prompts }: { wanted: readonly Take[]; prompts: readonly string[] },
  { devices, guide, signal }: Capturing,
  on: { step: (step: EnrolStep) => void; taken: (take: Take, recording: Blob) => void },
): Promise<void> {
  for (const take of wanted) {
    signal.throwIfAborted();
    if (take.kind === 'face') {
      const pose = poses[take.index] ?? 'straight';
      on.step({ kind: 'face', index: take.index, pose });
      const like = (verdict: CaptureVerdict) => isPose(pose, verdict);
      on.taken(take, await guide.goodFrame({ after: POSES[pose].after, like, patience: 4000, signal }));
    } else {
      guide.close();
      const prompt = { index: take.index, digits: prompts[take.index] ?? '' };
      on.taken(take, await utterance(prompt, devices.microphone, signal, on.step));
    }
  }
}

async function utterance(
  { index, digits }: { index: number; digits: string },
  microphone: Capturing['devices']['microphone'],
  signal: AbortSignal,
  onStep: (step: EnrolStep) => void,
): Promise<Blob> {
  let mend: string | null = null;
  for (;;) {
    onStep({ kind: 'voice', index, digits, heard: false, mend });
    try {
      const recording = await microphone.record({
        seconds: UTTERANCE_SECONDS,
        signal,
        onSpeech: () => onStep({ kind: 'voice', index, digits, heard: true, mend: null }),
      });
      onStep({ kind: 'checking', index });
      await checkVoice(recording.wav);
      return recording.wav;
    } catch (error) {
      // Whatever is wrong with this recording is said, and the next try mends it; all else ends the script.
      if (!(error instanceof Problem) || error.status >= 500 || error.code === 'service_unreachable')
        throw error;
      mend = error.code;
    }
  }
}
