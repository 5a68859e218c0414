import { SAMPLE_RATE } from './audio.ts';
import { captureFault, isCaptureFault } from './capture-fault.ts';
import { ChallengeSounds, type Sounds } from './challenge-sounds.ts';
import { type Decoder, inProcessDecoder } from './decoder.ts';
import { alignedSquare, cropFace, FACE_CROP, middleOf } from './face-alignment.ts';
import { type DetectedFace, FaceDetector, searches } from './face-detector.ts';
import { type FaceGeometry, FaceMesh } from './face-mesh.ts';
import { assertGoodFace, assessFace, type FaceQuality } from './face-quality.ts';
import { faceView, type View } from './face-view.ts';
import type { RgbImage } from './image.ts';
import { Pyramid } from './sampling.ts';
import { VoiceActivity } from './voice-activity.ts';
import { assertGoodVoice, assessVoice, trimToSpeech, type VoiceQuality } from './voice-quality.ts';

/** RGB around the face as the face network wants it: a square of {@link Signals.faceCanvas}, 150 x 150 unless it sees more. */
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

/** Someone else is in front of the camera too from this share of the first one's prominence. */
const COMPARABLE = 0.7;
/** How quickly a face is less prominent away from the middle, in parts of the image. */
const MIDDLE = 0.35;
/** What the mesh network says of a face, and below which the detector was certainly wrong. */
const MINIMUM_MESH_SCORE = 0.15;
const CERTAIN_MESH_SCORE = 0.5;

/** From recordings to what the recognition networks see. Bad recordings are UserErrors with the codes of capture-fault.ts. */
export class Signals {
  /** Side of what {@link captureFace} answers, in pixels. */
  readonly faceCanvas: number;
  readonly #detector: FaceDetector;
  readonly #mesh: FaceMesh;
  readonly #activity: VoiceActivity;
  readonly #sounds: ChallengeSounds;
  readonly #decoder: Decoder;

  private constructor(
    networks: { detector: FaceDetector; mesh: FaceMesh; activity: VoiceActivity; sounds: ChallengeSounds },
    { faceCanvas, decoder }: { faceCanvas: number; decoder: Decoder },
  ) {
    this.faceCanvas = faceCanvas;
    this.#detector = networks.detector;
    this.#mesh = networks.mesh;
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
      faceCanvas = FACE_CROP,
      decoder = inProcessDecoder,
    }: { faceCanvas?: number | undefined; decoder?: Decoder | undefined } = {},
  ): Promise<Signals> {
    const networks = {
      detector: await FaceDetector.load(files),
      mesh: await FaceMesh.load(files),
      activity: await VoiceActivity.load(files),
      sounds: await ChallengeSounds.load(files),
    };
    return new Signals(networks, { faceCanvas, decoder });
  }

  async captureFace(bytes: Uint8Array): Promise<FaceCapture> {
    const image = await this.#decoder.image(bytes);
    const pyramid = new Pyramid(image);
    const geometry = await this.#find(pyramid);
    const crop = cropFace(pyramid, alignedSquare(geometry), this.faceCanvas);
    const quality = assessFace(middleOf(crop, this.faceCanvas), geometry, image);
    assertGoodFace(quality);
    return { crop, quality };
  }

  /**
   * Where the face looks and how far its mouth is open in each image of a burst; null where no face is found. It is
   * searched for once and then followed, which costs a fraction.
   */
  async followFace(images: readonly Uint8Array[]): Promise<(FollowedFace | null)[]> {
    const followed: (FollowedFace | null)[] = [];
    for await (const image of this.#decoder.images(images)) {
      const pyramid = new Pyramid(image);
      const last = followed.at(-1) ?? null;
      let found: FaceGeometry | null = last
        ? await this.#mesh.fit(pyramid, { ...last.box, leftEye: last.leftEye, rightEye: last.rightEye })
        : null;
      if (!found || found.score < CERTAIN_MESH_SCORE) found = await this.#search(pyramid);
      followed.push(found && { ...found, view: faceView(pyramid, found) });
    }
    return followed;
  }

  async #search(pyramid: Pyramid): Promise<FaceGeometry | null> {
    try {
      return await this.#find(pyramid);
    } catch (error) {
      if (isCaptureFault(error)) return null;
      throw error;
    }
  }

  async #find(pyramid: Pyramid): Promise<FaceGeometry> {
    const { image } = pyramid;
    let best: FaceGeometry | null = null;
    for (const views of searches(image)) {
      const faces = await this.#detector.detect(pyramid, views);
      const [first, second] = byProminence(faces, image);
      if (!first) continue;
      const geometry = await this.#mesh.fit(pyramid, first);
      if (!best || geometry.score > best.score) best = geometry;
      if (geometry.score < CERTAIN_MESH_SCORE) continue;
      const comparable = second && prominence(second, image) >= prominence(first, image) * COMPARABLE;
      if (comparable && (await this.#mesh.fit(pyramid, second)).score >= CERTAIN_MESH_SCORE)
        throw captureFault('several_faces', { faces: faces.length });
      return geometry;
    }
    if (!best || best.score < MINIMUM_MESH_SCORE) throw captureFault('no_face');
    return best;
  }

  async captureVoice(bytes: Uint8Array): Promise<VoiceCapture> {
    return this.captureWaveform(await this.#decoder.audio(bytes));
  }

  /** `waveform`: 16 kHz mono, -1..1. */
  async captureWaveform(waveform: Float32Array): Promise<VoiceCapture> {
    const probabilities = await this.#activity.probabilities(waveform);
    const quality = assessVoice(waveform, probabilities);
    assertGoodVoice(quality, waveform.length / SAMPLE_RATE);
    const speech = trimToSpeech(waveform, probabilities);
    return { waveform: speech.waveform, startSeconds: speech.start / SAMPLE_RATE, quality };
  }

  /** What is said in the recording, to compare it with what was asked for. */
  hear({ waveform }: Pick<VoiceCapture, 'waveform'>): Promise<Sounds> {
    return this.#sounds.hear(waveform);
  }

  async close(): Promise<void> {
    await Promise.all([
      this.#detector.release(),
      this.#mesh.release(),
      this.#activity.release(),
      this.#sounds.release(),
    ]);
  }
}

function byProminence(faces: readonly DetectedFace[], image: RgbImage): DetectedFace[] {
  return [...faces].sort((a, b) => prominence(b, image) - prominence(a, image));
}

/** The person in front is large, in the middle and clearly a face. Smaller faces behind and at the edge are bystanders. */
function prominence(face: DetectedFace, { width, height }: RgbImage): number {
  const away = Math.hypot(face.x / width - 0.5, face.y / height - 0.5);
  return face.score * face.width * Math.exp(-((away / MIDDLE) ** 2));
}
