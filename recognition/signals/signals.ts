import { decodeAudio } from './audio.ts';
import { captureFault } from './capture-fault.ts';
import { alignedSquare, cropFace } from './face-alignment.ts';
import { type DetectedFace, FaceDetector, searches } from './face-detector.ts';
import { type FaceGeometry, FaceMesh } from './face-mesh.ts';
import { assertGoodFace, assessFace, type FaceQuality } from './face-quality.ts';
import { decodeImage, type RgbImage } from './image.ts';
import { Pyramid } from './sampling.ts';
import { VoiceActivity } from './voice-activity.ts';
import { assertGoodVoice, assessVoice, trimToSpeech, type VoiceQuality } from './voice-quality.ts';

/** 150 x 150 RGB around the face, as the face network wants it. */
export interface FaceCapture {
  readonly crop: Uint8Array;
  readonly quality: FaceQuality;
}

/** 16 kHz mono, -1..1, from just before the first word to just after the last. */
export interface VoiceCapture {
  readonly waveform: Float32Array;
  readonly quality: VoiceQuality;
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
  readonly #detector: FaceDetector;
  readonly #mesh: FaceMesh;
  readonly #activity: VoiceActivity;

  private constructor(detector: FaceDetector, mesh: FaceMesh, activity: VoiceActivity) {
    this.#detector = detector;
    this.#mesh = mesh;
    this.#activity = activity;
  }

  /** `files`: face-detector.onnx, face-mesh.onnx and voice-activity.onnx, by name. */
  static async load(files: ReadonlyMap<string, Uint8Array>): Promise<Signals> {
    return new Signals(
      await FaceDetector.load(files),
      await FaceMesh.load(files),
      await VoiceActivity.load(files),
    );
  }

  async captureFace(bytes: Uint8Array): Promise<FaceCapture> {
    const image = await decodeImage(bytes);
    const pyramid = new Pyramid(image);
    const geometry = await this.#find(pyramid);
    const crop = cropFace(pyramid, alignedSquare(geometry));
    const quality = assessFace(crop, geometry, image.scale);
    assertGoodFace(quality);
    return { crop, quality };
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
    return this.captureWaveform(await decodeAudio(bytes));
  }

  /** `waveform`: 16 kHz mono, -1..1. */
  async captureWaveform(waveform: Float32Array): Promise<VoiceCapture> {
    const probabilities = await this.#activity.probabilities(waveform);
    const quality = assessVoice(waveform, probabilities);
    assertGoodVoice(quality);
    return { waveform: trimToSpeech(waveform, probabilities), quality };
  }

  async close(): Promise<void> {
    await Promise.all([this.#detector.release(), this.#mesh.release(), this.#activity.release()]);
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
