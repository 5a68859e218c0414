import { Problem } from '@visavox/console/api/problem';
import { ANY_DEVICE, type DeviceChoice } from './device-choice.ts';
import { Microphone } from './microphone.ts';

export interface Devices {
  readonly stream: MediaStream;
  readonly camera: MediaStreamTrack;
  readonly sound: MediaStreamTrack;
  readonly microphone: Microphone;
  close(): void;
}

/** Asks for camera and microphone. Throws a Problem whose code says what the person can do about it. */
export async function openDevices(choice: DeviceChoice = ANY_DEVICE): Promise<Devices> {
  if (!navigator.mediaDevices?.getUserMedia) throw deviceProblem('insecure_page');
  const stream = await askForBoth(choice);
  const [camera, sound] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    if (!camera) throw deviceProblem('camera_missing');
    if (!sound) throw deviceProblem('microphone_missing');
    const microphone = await Microphone.open(stream);
    return {
      stream,
      camera,
      sound,
      microphone,
      close() {
        microphone.close();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

async function askForBoth(choice: DeviceChoice): Promise<MediaStream> {
  const { camera, microphone } = choice;
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: {
        ...(camera ? { deviceId: { exact: camera } } : { facingMode: 'user' }),
        width: { ideal: 1280 },
        height: { ideal: 960 },
      },
      audio: {
        ...(microphone ? { deviceId: { exact: microphone } } : {}),
        // What cleans speech up for a call also takes away what tells voices apart.
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: true,
      },
    });
  } catch (error) {
    // An OverconstrainedError is no Error in every browser.
    const name = typeof error === 'object' && error !== null ? Reflect.get(error, 'name') : '';
    if (name === 'OverconstrainedError' && (camera || microphone)) return askForBoth(ANY_DEVICE); // unplugged since
    if (name === 'NotAllowedError' || name === 'SecurityError') throw deviceProblem('camera_refused', error);
    if (name === 'NotFoundError' || name === 'OverconstrainedError')
      throw deviceProblem(await whatIsMissing(), error);
    if (name === 'NotReadableError' || name === 'AbortError') throw deviceProblem('camera_busy', error);
    throw error;
  }
}

async function whatIsMissing(): Promise<string> {
  const kinds = new Set((await navigator.mediaDevices.enumerateDevices()).map(({ kind }) => kind));
  return kinds.has('videoinput') && !kinds.has('audioinput') ? 'microphone_missing' : 'camera_missing';
}

export function deviceProblem(code: string, cause?: unknown): Problem {
  return new Problem({ code, status: 0, message: code, cause });
}
