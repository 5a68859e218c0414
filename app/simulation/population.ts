import { randomUUID } from 'node:crypto';
import type { Person } from '@visavox/client/answers';
import type { VisavoxClient } from '@visavox/client/client';
import { UserError } from '@visavox/core/errors';
import type { Identity } from './identity.ts';

const enrolmentImages = 4;
const fewestImages = 3;

export interface Enrolled {
  readonly identity: Identity;
  readonly person: Person;
}

/** Enrols somebody with the first images that the server takes; null where it takes too few (failure to enrol). */
export async function enrol(
  client: VisavoxClient,
  identity: Identity,
  name: string,
): Promise<Enrolled | { readonly refused: string }> {
  const faces: Uint8Array[] = [];
  let refused = 'no_images';
  for await (const image of identity.enrolmentFaces()) {
    const fault = await refusal(client.checkFace(image));
    if (fault) refused = fault;
    else faces.push(image);
    if (faces.length === enrolmentImages) break;
  }
  if (faces.length < fewestImages) return { refused };
  const voices = await identity.enrolmentVoices();
  for (const voice of voices) {
    const fault = await refusal(client.checkVoice(voice));
    if (fault) return { refused: fault };
  }
  return { identity, person: await client.enrol({ name, faces, voices, idempotencyKey: randomUUID() }) };
}

/** The code with which a recording is refused, or null when it is taken. */
async function refusal(answer: Promise<unknown>): Promise<string | null> {
  try {
    await answer;
    return null;
  } catch (error) {
    if (isCaptureFault(error)) return error.code;
    throw error;
  }
}

/** The recording is at fault, and another one may do. */
export function isCaptureFault(error: unknown): error is UserError {
  return (
    error instanceof UserError &&
    error.kind === 'invalid' &&
    /^(image|audio|face|voice|speech|too|no_face|several|silence)/.test(error.code)
  );
}
