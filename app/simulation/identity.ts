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
  /** How this person comes in one wave (counted from 0), where that changes over time. */
  at?(wave: number): { readonly identity: Identity; readonly shifted: boolean };
}
