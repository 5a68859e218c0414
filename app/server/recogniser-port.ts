import type {
  EnrolmentFeatures,
  FaceCapture,
  Recogniser,
  Signals,
  VoiceCapture,
} from '@visavox/recognition/recogniser';

export type { Evidence, FaceCapture, Template, VoiceCapture } from '@visavox/recognition/recogniser';
export type FaceQuality = FaceCapture['quality'];
export type VoiceQuality = VoiceCapture['quality'];

/** Throws a UserError that says what to do better when a recording cannot be used. */
export type SignalsPort = Pick<Signals, 'captureFace' | 'captureVoice' | 'followFace' | 'hear'>;

/** What the server needs of a recogniser. */
export type RecogniserPort = Pick<
  Recogniser,
  | 'contract'
  | 'dimension'
  | 'faceFeatures'
  | 'voiceFeatures'
  | 'enrolledCondition'
  | 'copiedFaceFeatures'
  | 'copiedVoiceFeatures'
  | 'template'
  | 'compare'
  | 'decide'
  | 'close'
> & { readonly signals: SignalsPort };

/** Outputs of the backbones, of the recordings and of the copies that templates may be made of besides. */
export type Features = EnrolmentFeatures;
