import { SystemError } from '@visavox/core/errors';
import { boundary, challengeMark, nameMark, signInFrom } from './crowd.mjs';

/** As a page sends it, the bytes of the form but for the name and the id of the challenge. */
export function recordedForm(answer: {
  faces: readonly Uint8Array[];
  voice: Uint8Array;
  frames: readonly Uint8Array[];
  times: readonly number[];
}): Buffer {
  const part = (name: string, content: string | Uint8Array, type?: string) => {
    const file = type === undefined ? '' : `; filename="${name}"\r\ncontent-type: ${type}`;
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]);
  };
  return Buffer.concat([
    part('name', nameMark),
    part('challenge', challengeMark),
    ...answer.faces.map((face) => part('face', face, 'image/jpeg')),
    part('voice', answer.voice, 'audio/wav'),
    ...answer.frames.map((frame) => part('frame', frame, 'image/jpeg')),
    part('frameTimes', answer.times.join(',')),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

let visitors = 0;

/** One sign-in of somebody from an address of this machine that nobody came from before; how many milliseconds it took. */
export async function signInWith(server: string, form: Buffer): Promise<number> {
  visitors++;
  const localAddress = `127.200.${visitors >> 7}.${1 + (visitors & 127)}`;
  const at = { port: Number(new URL(server).port), localAddress };
  const { status, body, milliseconds } = await signInFrom(at, { name: nameMark, form });
  if (status === 200) return milliseconds;
  throw new SystemError(`a sign-in was answered with ${status}: ${body}`);
}
