import { SystemError } from '@visavox/core/errors';
import { boundary, challengeMark } from './crowd.mjs';

/** An answer that is ready to be sent but for the id of its challenge. */
export interface Recorded {
  readonly name: string;
  readonly form: Buffer;
}

/** As a page sends it, the bytes of the form. */
export function recordedForm(answer: {
  name: string;
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
    part('name', answer.name),
    part('challenge', challengeMark),
    ...answer.faces.map((face) => part('face', face, 'image/jpeg')),
    part('voice', answer.voice, 'audio/wav'),
    ...answer.frames.map((frame) => part('frame', frame, 'image/jpeg')),
    part('frameTimes', answer.times.join(',')),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

/** One sign-in; how many milliseconds it took. */
export async function signInWith(server: string, { name, form }: Recorded): Promise<number> {
  const started = performance.now();
  const asked = await fetch(`${server}/api/v1/challenges`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  const { id } = (await asked.json()) as { id: string };
  const body = Buffer.from(form);
  body.write(id, body.indexOf(challengeMark), 'latin1');
  const answered = await fetch(`${server}/api/v1/attempts`, {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
  });
  const text = await answered.text();
  if (answered.status !== 200)
    throw new SystemError(`a sign-in was answered with ${answered.status}: ${text}`);
  return performance.now() - started;
}
