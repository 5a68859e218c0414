import type { Condition } from './condition.ts';
import { photograph } from './face/camera.ts';
import { closedMouth } from './face/expression.ts';
import { drawShot, type Shot } from './face/shot.ts';
import { drawFace, type FaceTraits } from './face/traits.ts';
import { Random } from './random.ts';
import { type Articulation, drawArticulation } from './voice/articulation.ts';
import { recordVoice } from './voice/microphone.ts';
import type { Language } from './voice/phonemes.ts';
import { sampleRate, speak } from './voice/speak.ts';
import { drawVoice, type VoiceTraits } from './voice/traits.ts';
import { wav } from './wav.ts';

export interface FaceOptions {
  readonly conditions?: readonly Condition[];
  readonly width?: number;
  readonly height?: number;
}

export interface VoiceOptions {
  readonly conditions?: readonly Condition[];
  readonly language?: Language | undefined;
  /** How fast it is said, 1 being quick; the person's own unless given. */
  readonly tempo?: number | undefined;
}

/** Somebody who does not exist. Equal seed and index give the same person, and equal variations the same recordings. */
export interface SyntheticPerson {
  readonly name: string;
  readonly seed: number;
  readonly index: number;
  readonly look: FaceTraits;
  readonly sound: VoiceTraits;
  readonly articulation: Articulation;
  /** A JPEG photograph; another `variation` is another light, pose and mood. */
  face(variation: number, options?: FaceOptions): Promise<Uint8Array>;
  /** WAV, PCM 16 bit, 16 kHz, one channel: the digits said in English, or in the language that is asked for. */
  utterance(digits: string, variation: number, options?: VoiceOptions): Uint8Array;
}

const givenNames = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eva', 'Finn', 'Gil', 'Hana', 'Ivo', 'June', 'Kai', 'Lea'];
const familyNames = [
  'Alder',
  'Birch',
  'Cedar',
  'Elm',
  'Fir',
  'Hazel',
  'Larch',
  'Maple',
  'Oak',
  'Pine',
  'Rowan',
];

export function syntheticPerson(seed: number, index: number): SyntheticPerson {
  const look = drawFace(seed, index);
  const sound = drawVoice(seed, index);
  const given = givenNames[index % givenNames.length];
  const family = familyNames[Math.floor(index / givenNames.length) % familyNames.length];
  const round = Math.floor(index / (givenNames.length * familyNames.length));
  return {
    name: round === 0 ? `${given} ${family}` : `${given} ${family} ${round + 1}`,
    seed,
    index,
    look,
    sound,
    articulation: drawArticulation(new Random('articulation', seed, index)),
    face(variation, options = {}) {
      const random = new Random('shot', seed, index, variation);
      return photograph(look, shotUnder(drawShot(random), options), random);
    },
    utterance(digits, variation, options = {}) {
      const random = new Random('utterance', seed, index, variation, digits);
      const recorded = recordVoice(
        speak({ ...sound, tempo: options.tempo ?? sound.tempo }, digits, random, options.language),
        random,
        options.conditions ?? [],
      );
      return wav(recorded, sampleRate);
    },
  };
}

function shotUnder(shot: Shot, { conditions = [], width, height }: FaceOptions): Shot {
  let spoiled: Shot = { ...shot, width: width ?? shot.width, height: height ?? shot.height };
  for (const condition of conditions) {
    switch (condition) {
      case 'dim':
        spoiled = {
          ...spoiled,
          light: { ...spoiled.light, level: spoiled.light.level * 0.22 },
          noise: spoiled.noise + 6,
        };
        break;
      case 'low-resolution':
        spoiled = { ...spoiled, width: 240, height: 240, blur: spoiled.blur + 0.4, quality: 55 };
        break;
      case 'telephone':
      case 'noisy':
        break;
    }
  }
  return spoiled;
}

/**
 * A film of the person in front of a camera, as concatenated JPEGs (MJPEG) at 640x480: small movements, forth
 * and back, so that it can be looped. For Chromium's `--use-file-for-fake-video-capture`.
 */
export async function mjpeg(person: SyntheticPerson, seconds = 1, variation = 0): Promise<Uint8Array> {
  const still = drawShot(new Random('film', person.seed, person.index, variation));
  const distinct = Math.max(2, Math.round(seconds * 8));
  const frames: Uint8Array[] = [];
  for (let frame = 0; frame < distinct; frame++) {
    const swing = Math.sin((Math.PI * frame) / (distinct - 1));
    const mouth = { ...closedMouth, jaw: 0.2 * swing, open: 0.15 * swing };
    const shot: Shot = {
      ...still,
      width: 640,
      height: 480,
      size: 0.36,
      expression: { ...still.expression, mouth, eyesOpen: 1 },
      pose: { ...still.pose, yaw: still.pose.yaw * 0.4 + 0.03 * swing, pitch: still.pose.pitch * 0.4 },
    };
    frames.push(
      await photograph(person.look, shot, new Random('frame', person.seed, person.index, variation, frame)),
    );
  }
  // Each frame is shown for 4/30 s, as cameras' films play at 30 frames a second.
  return concatenate(
    [...frames, ...frames.slice(1, -1).reverse()].flatMap((frame) => [frame, frame, frame, frame]),
  );
}

/** A long WAV of the person saying the digits over and over, for Chromium's `--use-file-for-fake-audio-capture`. */
export function microphoneLoop(person: SyntheticPerson, digits: string, seconds = 10): Uint8Array {
  const chunks: Float32Array[] = [];
  let length = 0;
  for (let round = 0; length < seconds * sampleRate; round++) {
    const random = new Random('loop', person.seed, person.index, digits, round);
    const said = recordVoice(speak(person.sound, digits, random), random, []);
    chunks.push(said);
    length += said.length;
  }
  const all = new Float32Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return wav(all, sampleRate);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
