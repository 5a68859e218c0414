import { Problem } from '../api/problem.ts';
import { Microphone } from './microphone.ts';

export interface Devices {
  readonly stream: MediaStream;
  readonly microphone: Microphone;
  close(): void;
}

/** Asks for camera and microphone. Throws a Problem whose code says what the person can do about it. */
export async function openDevices(): Promise<Devices> {
  if (!navigator.mediaDevices?.getUserMedia) throw deviceProblem('insecure_page');
  const stream = await askForBoth();
  const stop = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const microphone = await Microphone.open(stream);
    return {
      stream,
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

async function askForBoth(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } },
      // What cleans speech up for a call also takes away what tells voices apart.
      audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : '';
    if (name === 'NotAllowedError' || name === 'SecurityError') throw deviceProblem('camera_refused', error);
    if (name === 'NotFoundError' || name === 'OverconstrainedError')
      throw deviceProblem('camera_missing', error);
    if (name === 'NotReadableError' || name === 'AbortError') throw deviceProblem('camera_busy', error);
    throw error;
  }
}

function deviceProblem(code: string, cause?: unknown): Problem {
  return new Problem({ code, status: 0, message: code, cause });
}
