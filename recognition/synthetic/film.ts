import { drawShot, encodeJpeg, renderFace, type Shot } from './face/camera.ts';
import type { Condition, SyntheticPerson } from './person.ts';
import { Random } from './random.ts';
import { recordVoice } from './voice/microphone.ts';
import { sampleRate, speakSeen } from './voice/speak.ts';
import { wav } from './wav.ts';

/** The answer to a challenge, as a browser records it. */
export interface FilmedAnswer {
  readonly voice: Uint8Array;
  readonly frames: readonly Uint8Array[];
  /** Milliseconds from the beginning of the voice's recording, one a frame. */
  readonly times: readonly number[];
}

export interface FilmOptions {
  readonly turn: 'left' | 'right' | null;
  readonly variation: number;
  readonly framesPerSecond?: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly conditions?: readonly Condition[];
}

const turnMilliseconds = 2000;
/** Radians, at the end of a turn. */
const turned = 0.42;

/** The person turns the head, looks straight again and says the digits. */
export async function filmAnswer(
  person: SyntheticPerson,
  digits: string,
  options: FilmOptions,
): Promise<FilmedAnswer> {
  const {
    turn,
    variation,
    framesPerSecond = 8,
    size = { width: 240, height: 320 },
    conditions = [],
  } = options;
  const labels = [person.seed, person.index, variation] as const;
  const speech = new Random('answer', ...labels, digits);
  const { samples, mouth } = speakSeen(person.sound, digits, speech);
  const voice = wav(recordVoice(samples, speech, conditions), sampleRate);
  const still = drawShot(new Random('filmed', ...labels));
  const random = new Random('sway', ...labels);
  const phase = random.between(0, 6);
  const end = (samples.length / sampleRate) * 1000;
  const times: number[] = [];
  for (let at = turn ? -turnMilliseconds - 300 : 0; at < end; at += 1000 / framesPerSecond)
    times.push(Math.round(at + random.between(-15, 15)));
  const frames: Uint8Array[] = [];
  for (const [index, at] of times.entries()) {
    const side = turn === 'left' ? 1 : -1;
    const along = Math.max(0, Math.min(1, (at + turnMilliseconds) / turnMilliseconds));
    const shot: Shot = {
      ...still,
      ...size,
      size: 0.27,
      expression: { ...still.expression, eyesOpen: 1, mouthOpen: 0.9 * (mouth[Math.floor(at / 5)] ?? 0) },
      pose: {
        yaw:
          still.pose.yaw * 0.4 +
          0.02 * Math.sin(at / 700 + phase) +
          (turn ? side * turned * Math.sin(Math.PI * along) : 0),
        pitch: still.pose.pitch * 0.4 + 0.015 * Math.sin(at / 900 + phase),
        roll: still.pose.roll * 0.4,
      },
    };
    frames.push(await encodeJpeg(renderFace(person.look, shot, new Random('frame', ...labels, index)), shot));
  }
  return { voice, frames, times };
}
