import type { Devices } from './devices.ts';
import type { Microphone } from './microphone.ts';

/** When a frame was made and shown, as far as the browser tells; milliseconds by `performance.now()`, media time in seconds. */
export interface FrameClock {
  readonly at: number;
  readonly captureTime: number | null;
  readonly presentationTime: number | null;
  readonly mediaTime: number | null;
  readonly presentedFrames: number | null;
}

/** How the devices behaved while somebody was there, without anything that names the device or the person. */
export interface CaptureReport {
  readonly version: 1;
  readonly camera: {
    readonly width: number | null;
    readonly height: number | null;
    readonly frameRate: number | null;
    readonly facingMode: string | null;
  };
  readonly sound: {
    readonly contextRate: number;
    readonly trackRate: number | null;
    readonly channels: number | null;
    readonly baseLatency: number | null;
    readonly echoCancellation: boolean | null;
    readonly noiseSuppression: boolean | null;
    readonly autoGainControl: boolean | null;
  };
  /** Of the recording: samples that came in, and how long that took by the page's clock. */
  readonly recording: { readonly samples: number; readonly milliseconds: number };
  /** One a frame that is sent, in that order; `at` counts from the beginning of the recording. */
  readonly frames: readonly FrameClock[];
}

export function captureReport(
  {
    camera,
    sound,
    microphone,
  }: Pick<Devices, 'camera' | 'sound'> & { readonly microphone: Pick<Microphone, 'context'> },
  recorded: Pick<CaptureReport, 'recording' | 'frames'>,
): CaptureReport {
  const picture = camera.getSettings();
  const audio = sound.getSettings();
  return {
    version: 1,
    camera: {
      width: picture.width ?? null,
      height: picture.height ?? null,
      frameRate: picture.frameRate ?? null,
      facingMode: picture.facingMode ?? null,
    },
    sound: {
      contextRate: microphone.context.sampleRate,
      trackRate: audio.sampleRate ?? null,
      channels: audio.channelCount ?? null,
      baseLatency: microphone.context.baseLatency ?? null,
      echoCancellation: audio.echoCancellation ?? null,
      noiseSuppression: audio.noiseSuppression ?? null,
      autoGainControl: audio.autoGainControl ?? null,
    },
    ...recorded,
  };
}
