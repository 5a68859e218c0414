import { type FaultKind, UserError } from '@visavox/core/errors';

/** What can be wrong with a recording; stable, and shown to people with their `action`. */
const FAULTS = {
  image_unreadable: [
    'This is not a JPEG, PNG or WebP image that can be read.',
    'Send a complete JPEG, PNG or WebP image.',
  ],
  heic_unsupported: [
    'This is a picture in the format HEIC, which is not read here.',
    'Send it as JPEG. On an iPhone: Settings, Camera, Formats, Most Compatible; or export the picture as JPEG.',
  ],
  image_too_large: [
    'The image is larger than 10 MB, 40 megapixels or 12,000 pixels a side, or too large for a burst.',
    'Send a smaller image; 640 x 480 pixels are enough.',
  ],
  no_face: [
    'No face was found in the image.',
    'Look into the camera, with the whole face in the oval and light from the front.',
  ],
  several_faces: [
    'More than one face of comparable size is in the image.',
    'Make sure that only you are in front of the camera.',
  ],
  face_too_small: ['The face is too small in the image.', 'Come closer to the camera.'],
  face_cut_off: ['Part of the face is outside the image.', 'Move so that the whole face is in the image.'],
  face_upside_down: [
    'The face seems to stand on its head.',
    'Hold the camera upright, or turn the picture before it is sent.',
  ],
  face_turned: ['The face is turned too far to the side.', 'Look straight into the camera.'],
  too_dark: ['The face is too dark.', 'Turn towards a light, or switch one on.'],
  too_bright: ['The face is overexposed.', 'Move away from the direct light.'],
  too_blurred: ['The face is blurred.', 'Hold still, and clean the lens.'],
  audio_unreadable: [
    'This is not an audio recording that can be read.',
    'Send WAV (PCM, floating point, A-law, mu-law or IMA ADPCM), WebM or Ogg with Opus, FLAC or MP3, at 8 to 192 kHz.',
  ],
  aac_unsupported: [
    'This is a recording in AAC or ALAC (M4A, MP4), which is not read here.',
    'Export it as WAV, FLAC or MP3; a browser records "audio/webm;codecs=opus".',
  ],
  audio_too_large: [
    'The recording is larger than 20 MB.',
    'Send a shorter recording; 16 kHz mono is enough.',
  ],
  audio_too_long: [
    'The recording is longer than 60 seconds.',
    'Send only the spoken digits, a few seconds long.',
  ],
  silence: ['No speech was heard.', 'Check that the microphone is on and not muted, and speak up.'],
  speech_too_short: [
    'Less than half a second of speech was heard.',
    'Say all the digits, one after another.',
  ],
  speech_too_quiet: ['The speech is too quiet.', 'Come closer to the microphone, or speak up.'],
  audio_clipped: [
    'The recording is distorted: it is too loud for the microphone.',
    'Move away from the microphone, or lower its level.',
  ],
} as const;

export type CaptureCode = keyof typeof FAULTS;

const KINDS: Partial<Record<CaptureCode, FaultKind>> = {
  image_too_large: 'too-large',
  audio_too_large: 'too-large',
  audio_too_long: 'too-large',
};

export function captureFault(
  code: CaptureCode,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): UserError {
  const [message, action] = FAULTS[code];
  return new UserError({ kind: KINDS[code] ?? 'invalid', code, message, action, details, cause });
}

export function isCaptureCode(code: string): code is CaptureCode {
  return Object.hasOwn(FAULTS, code);
}

/** True for a fault of the recording, which the person in front of the camera or microphone can mend. */
export function isCaptureFault(error: unknown): error is UserError {
  return error instanceof UserError && isCaptureCode(error.code);
}
