import { Problem } from '@visavox/console/api/problem';
import { checkVoice } from '../api/calls.ts';
import type { EnrolmentChallenge } from '../api/types.ts';
import { Burst, type Taken } from './burst.ts';
import type { SeenFace } from './face/face-look.ts';
import { type SpeechStep, speak } from './steps/speak.ts';
import type { Turn } from './steps/step.ts';
import type { Capturing } from './use-capture.ts';

export type Pose = 'straight' | Turn | 'again';

/** At most: who speaks fast is done earlier. */
export const UTTERANCE_SECONDS = 6.5;
/** Of the burst that shows the turns. */
const MOST_FRAMES = 72;
/** What is kept of a turn: the way there, and a moment after its picture was taken. */
const TURN_MS = { before: 2600, after: 600 } as const;

/**
 * Degrees of turn that are asked for, from how the head is held when it looks straight ahead, and the time to read what is
 * asked and do it.
 */
const POSES = {
  straight: { after: 700, turned: [0, 15] },
  left: { after: 1200, turned: [15, 42] },
  right: { after: 1200, turned: [15, 42] },
  again: { after: 1200, turned: [0, 7] },
} as const satisfies Record<Pose, { after: number; turned: readonly [number, number] }>;

/** A head that cannot turn is shown three times as it is. */
export function posesOf({ turns }: Pick<EnrolmentChallenge, 'turns'>): Pose[] {
  return turns.length > 0 ? ['straight', ...turns, 'again'] : ['straight', 'again', 'again'];
}

/** Whether the head is turned as asked, and to that side. */
export function isPose(pose: Pose, { yaw }: Pick<SeenFace, 'yaw'>, straight = 0): boolean {
  const [least, most] = POSES[pose].turned;
  const turned = isTurn(pose) ? (yaw - straight) * (pose === 'left' ? 1 : -1) : Math.abs(yaw - straight);
  return turned >= least && turned <= most;
}

/** How much of the turn is done, 0..1. */
export function poseProgress(pose: Pose, yaw: number, straight = 0): number {
  if (!isTurn(pose)) return 0;
  return Math.max(0, Math.min(1, ((yaw - straight) * (pose === 'left' ? 1 : -1)) / POSES[pose].turned[0]));
}

function isTurn(pose: Pose): pose is Turn {
  return pose === 'left' || pose === 'right';
}

export type Take =
  | { readonly kind: 'face'; readonly index: number }
  | { readonly kind: 'voice'; readonly index: number };

export interface Takes {
  readonly faces: readonly (Blob | undefined)[];
  readonly voices: readonly (Blob | undefined)[];
  /** The head on its way to the sides. */
  readonly turns: readonly Taken[];
}

export const NOTHING_TAKEN: Takes = { faces: [], voices: [], turns: [] };

export type EnrolStep =
  | { readonly kind: 'face'; readonly index: number; readonly pose: Pose; readonly progress: number }
  | ({ readonly index: number } & SpeechStep)
  | { readonly kind: 'hearing'; readonly index: number };

/** Turns belong together: one run shows them all, or they are taken anew. */
export function missingTakes(takes: Takes, challenge: Pick<EnrolmentChallenge, 'turns' | 'prompts'>): Take[] {
  const faces = posesOf(challenge).map((pose, index) => ({ kind: 'face', index, pose }) as const);
  const voices = challenge.prompts.map((_, index) => ({ kind: 'voice', index }) as const);
  return [
    ...faces
      .filter(({ index, pose }) => !takes.faces[index] || (isTurn(pose) && takes.turns.length === 0))
      .map(({ kind, index }) => ({ kind, index }) as const),
    ...voices.filter(({ index }) => !takes.voices[index]),
  ];
}

export interface EnrolCallbacks {
  readonly step: (step: EnrolStep) => Promise<void>;
  readonly taken: (take: Take, recording: Blob) => void;
  readonly turned: (turns: readonly Taken[]) => void;
}

/** Makes the takes that are asked for, each accepted by the server before the next one. */
export async function enrolScript(
  { wanted, challenge }: { wanted: readonly Take[]; challenge: EnrolmentChallenge },
  capturing: Capturing,
  on: EnrolCallbacks,
): Promise<void> {
  const faces = wanted.filter(({ kind }) => kind === 'face').map(({ index }) => index);
  if (faces.length > 0) await takeFaces(faces, challenge, capturing, on);
  for (const { index } of wanted.filter(({ kind }) => kind === 'voice')) {
    const digits = challenge.prompts[index] ?? '';
    on.taken({ kind: 'voice', index }, await utterance({ index, digits }, capturing, on.step));
  }
}

async function takeFaces(
  indices: readonly number[],
  challenge: EnrolmentChallenge,
  { guide, video, signal }: Capturing,
  on: EnrolCallbacks,
): Promise<void> {
  const poses = posesOf(challenge);
  const burst = new Burst(video);
  const turnedAt: number[] = [];
  const began = performance.now();
  let straight = 0;
  try {
    for (const index of indices) {
      const pose = poses[index] ?? 'straight';
      let told = -1;
      const tell = (progress: number) => {
        if (Math.abs(progress - told) < 0.05) return;
        told = progress;
        void on.step({ kind: 'face', index, pose, progress });
      };
      tell(0);
      const taken = new AbortController();
      const until = AbortSignal.any([signal, taken.signal]);
      const following = guide
        .watch((look) => {
          if (look.kind === 'face') tell(poseProgress(pose, look.yaw, straight));
          return false;
        }, until)
        .catch(() => {}); // until the picture is taken
      let yaw = 0;
      const like = (face: SeenFace) => {
        yaw = face.yaw;
        return isPose(pose, face, straight);
      };
      const wish = { after: POSES[pose].after, confirmed: true, like, mayTurn: isTurn(pose), signal };
      const frame = await guide.goodFrame(wish).finally(() => taken.abort());
      await following;
      if (pose === 'straight') straight = yaw;
      on.taken({ kind: 'face', index }, frame);
      if (isTurn(pose)) turnedAt.push(performance.now());
    }
    if (challenge.turns.length === 0) {
      await burst.finish(performance.now());
      on.turned(burst.within([{ from: began, to: performance.now() }], MOST_FRAMES));
    } else if (turnedAt.length === challenge.turns.length) {
      await burst.finish(Math.max(...turnedAt) + TURN_MS.after);
      const moments = turnedAt.map((at) => ({ from: at - TURN_MS.before, to: at + TURN_MS.after }));
      on.turned(burst.within(moments, MOST_FRAMES));
    }
  } finally {
    burst.stop();
  }
}

async function utterance(
  { index, digits }: { index: number; digits: string },
  { devices, byHand, signal }: Capturing,
  onStep: (step: EnrolStep) => Promise<void>,
): Promise<Blob> {
  const { microphone } = devices;
  let mend: string | null = null;
  for (;;) {
    try {
      const speech = { digits, seconds: UTTERANCE_SECONDS, mend };
      const recording = await speak(speech, { microphone, byHand, signal }, (step) =>
        onStep({ ...step, index }),
      );
      void onStep({ kind: 'hearing', index });
      await checkVoice(recording.wav);
      return recording.wav;
    } catch (error) {
      signal.throwIfAborted();
      // Whatever is wrong with this recording is said, and the next try mends it; all else ends the script.
      if (!(error instanceof Problem) || error.status >= 500 || error.code === 'service_unreachable')
        throw error;
      mend = error.code;
    }
  }
}
