import type { Answer } from '@visavox/client/client';
import type { Turn } from '@visavox/recognition/signals/head';

/** What a browser records of somebody who enrols. */
export interface Enrolment {
  readonly faces: readonly Uint8Array[];
  readonly voices: readonly Uint8Array[];
  /** Of the head while it turns; times in milliseconds from the first of them. */
  readonly frames: readonly Uint8Array[];
  readonly times: readonly number[];
}

/** Somebody who can be simulated: a face and a voice. Recordings for enrolment and for trying are never the same. */
export interface Identity {
  readonly name: string;
  /** Images to enrol with; the first that the server takes are used. */
  enrolmentFaces(): AsyncIterable<Uint8Array>;
  /** Utterances to enrol with, in the same way. */
  enrolmentVoices(): AsyncIterable<Uint8Array>;
  /** Two images of one try; another `occasion`, other images. */
  faces(occasion: number): Promise<readonly Uint8Array[]>;
  speak(digits: string, occasion: number): Promise<Uint8Array>;
  /** Enrols before a camera: says each prompt, turns the head to each side. Not there where `answer` is not. */
  enrolment?(asked: { prompts: readonly string[]; turns: readonly Turn[] }, take: number): Promise<Enrolment>;
  /** Turns the head and says the digits before a camera. Whoever is there in recordings alone cannot, and is measured. */
  answer?(asked: { digits: string; turn: Turn | null }, occasion: number): Promise<Answer>;
  /** How this person comes in one wave (counted from 0), where that changes over time. */
  at?(wave: number): { readonly identity: Identity; readonly shifted: boolean };
}
