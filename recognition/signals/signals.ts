import {
  alignedSquare,
  cropFace,
  type FaceAlignment,
  type FacePoints,
  FIRST_ALIGNMENT,
  middleOf,
  pictureOf,
} from '../face-finding/face-alignment.ts';
import { FaceDetector } from '../face-finding/face-detector.ts';
import { FaceFinder } from '../face-finding/face-finder.ts';
import { type FaceGeometry, FaceMesh } from '../face-finding/face-mesh.ts';
import { assessFace, type FaceQuality, faceFault } from '../face-finding/face-quality.ts';
import { geometryOfPoints } from '../face-finding/given-points.ts';
import { Pyramid } from '../face-finding/sampling.ts';
import { SAMPLE_RATE } from './audio.ts';
import { captureFault } from './capture-fault.ts';
import { ChallengeSounds, type Sounds } from './challenge-sounds.ts';
import { type Decoder, inProcessDecoder } from './decoder.ts';
import { faceView, type View } from './face-view.ts';
import type { RgbImage } from './image.ts';
import { loadImageNetwork } from './image-networks.ts';
import { VoiceActivity } from './voice-activity.ts';
import {
  assertGoodVoice,
  assessVoice,
  speechFrames,
  trimToSpeech,
  type VoiceQuality,
} from './voice-quality.ts';

/** RGB around the face as the face network wants it: a square, its side {@link Signals.faceAlignment}'s canvas. */
export interface FaceCapture {
  readonly crop: Uint8Array;
  readonly quality: FaceQuality;
}

/** 16 kHz mono, -1..1, from just before the first word to just after the last. */
export interface VoiceCapture {
  readonly waveform: Float32Array;
  /** Seconds of the recording before it. */
  readonly startSeconds: number;
  readonly quality: VoiceQuality;
}

/** A face in one picture of a burst. */
export interface FollowedFace extends FaceGeometry {
  readonly view: View;
}

/** How long a voice is, from just before the first word to just after the last: what calibrations count. */
export function secondsOf({ waveform }: Pick<VoiceCapture, 'waveform'>): number {
  return waveform.length / SAMPLE_RATE;
}

/** Names what happens between a recording and what the networks see; vectors of two names are never compared. */
export const PREPROCESSING = 'visavox-signals-1';

/** From recordings to what the recognition networks see. Bad recordings are UserErrors with the codes of capture-fault.ts. */
export class Signals {
  /** What the pictures of {@link captureFace} are like. */
  readonly faceAlignment: FaceAlignment;
  readonly #faces: FaceFinder;
  readonly #activity: VoiceActivity;
  readonly #sounds: ChallengeSounds;
  readonly #decoder: Decoder;

  private constructor(
    networks: { faces: FaceFinder; activity: VoiceActivity; sounds: ChallengeSounds },
    { faceAlignment, decoder }: { faceAlignment: FaceAlignment; decoder: Decoder },
  ) {
    this.faceAlignment = faceAlignment;
    this.#faces = networks.faces;
    this.#activity = networks.activity;
    this.#sounds = networks.sounds;
    this.#decoder = decoder;
  }

  /**
   * `files`: face-detector.onnx, face-mesh.onnx, voice-activity.onnx and speech-spectrum.onnx, by name. `decoder`: what
   * reads recordings, if not this process; it is closed by whoever opened it.
   */
  static async load(
    files: ReadonlyMap<string, Uint8Array>,
    {
      faceAlignment = FIRST_ALIGNMENT,
      decoder = inProcessDecoder,
    }: { faceAlignment?: FaceAlignment | undefined; decoder?: Decoder | undefined } = {},
  ): Promise<Signals> {
    const networks = {
      faces: new FaceFinder(
        new FaceDetector(await loadImageNetwork(files, 'face-detector.onnx')),
        new FaceMesh(await loadImageNetwork(files, 'face-mesh.onnx')),
      ),
      activity: await VoiceActivity.load(files),
      sounds: await ChallengeSounds.load(files),
    };
    return new Signals(networks, { faceAlignment, decoder });
  }

  async captureFace(bytes: Uint8Array): Promise<FaceCapture> {
    const image = await this.#decoder.image(bytes);
    const pyramid = new Pyramid(image);
    const found = await this.#faces.find(pyramid);
    if (found.kind === 'several') throw captureFault('several_faces', { faces: found.faces });
    if (found.kind === 'upside_down') throw captureFault('face_upside_down');
    if (found.kind === 'none') throw captureFault('no_face');
    const capture = this.#captureOf(image, pyramid, found.geometry);
    const fault = faceFault(capture.quality);
    if (fault) throw captureFault(fault, { quality: capture.quality });
    return capture;
  }

  /**
   * The face at five points that are known beforehand, in pixels of the picture: both eyes, the tip of the nose, both corners
   * of the mouth, left before right as the viewer sees them. However poor it is, it is not refused.
   */
  async captureFaceAt(bytes: Uint8Array, points: FacePoints): Promise<FaceCapture> {
    const image = await this.#decoder.image(bytes);
    return this.#captureOf(image, new Pyramid(image), geometryOfPoints(points, image.scale));
  }

  #captureOf(image: RgbImage, pyramid: Pyramid, geometry: FaceGeometry): FaceCapture {
    const crop = pictureOf(pyramid, geometry, this.faceAlignment);
    // Quality means the same whatever the network takes.
    const judged = this.faceAlignment.points
      ? cropFace(pyramid, alignedSquare(geometry))
      : middleOf(crop, this.faceAlignment.canvas);
    return { crop, quality: assessFace(judged, geometry, image) };
  }

  /**
   * Where the face looks and how far its mouth is open in each image of a burst; null where no face is found. It is
   * searched for once and then followed, which costs a fraction.
   */
  async followFace(images: readonly Uint8Array[]): Promise<(FollowedFace | null)[]> {
    const followed: (FollowedFace | null)[] = [];
    for await (const image of this.#decoder.images(images)) {
      const pyramid = new Pyramid(image);
      const found = await this.#faces.follow(pyramid, followed.at(-1) ?? null);
      followed.push(
        found.kind === 'face' ? { ...found.geometry, view: faceView(pyramid, found.geometry) } : null,
      );
    }
    return followed;
  }

  async captureVoice(bytes: Uint8Array): Promise<VoiceCapture> {
    return this.captureWaveform(await this.#decoder.audio(bytes));
  }

  /** `waveform`: 16 kHz mono, -1..1. */
  async captureWaveform(waveform: Float32Array): Promise<VoiceCapture> {
    const isSpeech = speechFrames(waveform, await this.#activity.probabilities(waveform));
    const quality = assessVoice(waveform, isSpeech);
    assertGoodVoice(quality, waveform.length / SAMPLE_RATE);
    const speech = trimToSpeech(waveform, isSpeech);
    return { waveform: speech.waveform, startSeconds: speech.start / SAMPLE_RATE, quality };
  }

  /** What is said in the recording, to compare it with what was asked for. */
  hear({ waveform }: Pick<VoiceCapture, 'waveform'>): Promise<Sounds> {
    return this.#sounds.hear(waveform);
  }

  async close(): Promise<void> {
    await Promise.all([this.#faces.release(), this.#activity.release(), this.#sounds.release()]);
  }
}
