import { UserError } from '@visavox/core/errors';
import type {
  FaceCapture,
  FaceQuality,
  SignalsPort,
  VoiceCapture,
  VoiceQuality,
} from '../recogniser-port.ts';
import type { Recording } from '../retention/recordings.ts';

export interface Captures {
  readonly faces: readonly FaceCapture[];
  readonly voices: readonly VoiceCapture[];
  /** In the order of the recordings. */
  readonly qualities: readonly (FaceQuality | VoiceQuality)[];
}

/** Looks at every recording before anything is stored; the first that cannot be used is named in the error. */
export async function captureAll(signals: SignalsPort, recordings: readonly Recording[]): Promise<Captures> {
  const faces: FaceCapture[] = [];
  const voices: VoiceCapture[] = [];
  const qualities: (FaceQuality | VoiceQuality)[] = [];
  for (const { modality, bytes } of recordings) {
    const index = modality === 'face' ? faces.length : voices.length;
    try {
      if (modality === 'face') {
        const capture = await signals.captureFace(bytes);
        faces.push(capture);
        qualities.push(capture.quality);
      } else {
        const capture = await signals.captureVoice(bytes);
        voices.push(capture);
        qualities.push(capture.quality);
      }
    } catch (error) {
      throw error instanceof UserError ? located(error, modality, index) : error;
    }
  }
  return { faces, voices, qualities };
}

function located(error: UserError, modality: string, index: number): UserError {
  return new UserError({
    kind: error.kind,
    code: error.code,
    message: `${modality} ${index + 1}: ${error.message}`,
    action: error.action,
    details: { ...error.details, modality, index },
    cause: error,
  });
}
