import type { Condition } from './condition.ts';
import { drawShot, encodeJpeg, renderFace, type Shot } from './face/camera.ts';
import type { SyntheticPerson } from './person.ts';
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
  readonly size?: Size;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a face does at a moment: `mouthOpen` from 0 to 1, `yaw` in radians to the person's left. */
export interface Look {
  readonly mouthOpen: number;
  readonly yaw: number;
}

const turnMilliseconds = 2000;
/** Radians, at the end of a turn. */
export const TURNED = 0.42;

/** A JPEG of the person in one session (`variation`), at moment `frame` of it. */
export function portrait(
  person: SyntheticPerson,
  look: Look,
  { variation, frame, size }: { variation: number; frame: number; size: Size },
): Promise<Uint8Array> {
  const labels = [person.seed, person.index, variation] as const;
  const still = drawShot(new Random('filmed', ...labels));
  const shot: Shot = {
    ...still,
    ...size,
    size: 0.27,
    expression: { ...still.expression, eyesOpen: 1, mouthOpen: 0.9 * look.mouthOpen },
    pose: {
      yaw: still.pose.yaw * 0.4 + look.yaw,
      pitch: still.pose.pitch * 0.4,
      roll: still.pose.roll * 0.4,
    },
  };
  return encodeJpeg(renderFace(person.look, shot, new Random('frame', ...labels, frame)), shot);
}

/** The digits, said, and how far the mouth is open every 5 ms. */
export function sayDigits(
  person: SyntheticPerson,
  digits: string,
  { variation, conditions = [] }: { variation: number; conditions?: readonly Condition[] },
): { voice: Uint8Array; mouth: Float32Array } {
  const random = new Random('answer', person.seed, person.index, variation, digits);
  const { samples, mouth } = speakSeen(person.sound, digits, random);
  return { voice: wav(recordVoice(samples, random, conditions), sampleRate), mouth };
}

/** The person turns the head, looks straight again and says the digits. */
export async function filmAnswer(
  person: SyntheticPerson,
  digits: string,
  { turn, variation, framesPerSecond = 8, size = { width: 240, height: 320 } }: FilmOptions,
): Promise<FilmedAnswer> {
  const { voice, mouth } = sayDigits(person, digits, { variation });
  const random = new Random('sway', person.seed, person.index, variation);
  const phase = random.between(0, 6);
  const side = turn === 'left' ? 1 : -1;
  const times: number[] = [];
  const frames: Uint8Array[] = [];
  for (let at = turn ? -turnMilliseconds - 300 : 0; at < mouth.length * 5; at += 1000 / framesPerSecond) {
    const along = Math.max(0, Math.min(1, (at + turnMilliseconds) / turnMilliseconds));
    const sway = 0.02 * Math.sin(at / 700 + phase);
    const look = {
      mouthOpen: mouth[Math.floor(at / 5)] ?? 0,
      yaw: sway + (turn ? side * TURNED * Math.sin(Math.PI * along) : 0),
    };
    frames.push(await portrait(person, look, { variation, frame: frames.length, size }));
    times.push(Math.round(at + random.between(-15, 15)));
  }
  return { voice, frames, times };
}
