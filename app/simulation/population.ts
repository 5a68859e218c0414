import { randomUUID } from 'node:crypto';
import type { Person } from '@visavox/client/answers';
import type { VisavoxClient } from '@visavox/client/client';
import { UserError } from '@visavox/core/errors';
import type { Identity } from './identity.ts';

const enrolmentImages = 4;
const fewestImages = 3;
const utterances = 3;

export interface Enrolled {
  readonly identity: Identity;
  readonly person: Person;
}

/** Enrols somebody with the first recordings that the server takes; `refused` where it takes too few (failure to enrol). */
export async function enrol(
  client: VisavoxClient,
  identity: Identity,
  name: string,
): Promise<Enrolled | { readonly refused: string }> {
  if (identity.enrolment) return enrolBeforeCamera(client, { identity, enrolment: identity.enrolment }, name);
  const faces = await firstTaken(identity.enrolmentFaces(), enrolmentImages, (image) =>
    client.checkFace(image),
  );
  if (faces.taken.length < fewestImages) return { refused: faces.refused };
  const voices = await firstTaken(identity.enrolmentVoices(), utterances, (voice) =>
    client.checkVoice(voice),
  );
  if (voices.taken.length < utterances) return { refused: voices.refused };
  const recordings = { faces: faces.taken, voices: voices.taken };
  try {
    return {
      identity,
      person: await client.enrolRecorded({ name, ...recordings, idempotencyKey: randomUUID() }),
    };
  } catch (error) {
    // Each recording could be used, and together they do not seem to be of one person.
    if (error instanceof UserError && error.code === 'more_than_one_person') return { refused: error.code };
    throw error;
  }
}

/** So often somebody begins again who is told that something was not seen or heard. */
const enrolmentTries = 3;
/** All ten digits, five of them twice. */
const prompts = ['04719', '83526', '71048'];

async function enrolBeforeCamera(
  client: VisavoxClient,
  who: { identity: Identity; enrolment: NonNullable<Identity['enrolment']> },
  name: string,
): Promise<Enrolled | { readonly refused: string }> {
  let refused = '';
  for (let take = 0; take < enrolmentTries; take++) {
    const { faces, voices } = await who.enrolment({ prompts, turns: [] }, take);
    try {
      const person = await client.enrolRecorded({
        name,
        faces,
        voices,
        prompts,
        idempotencyKey: randomUUID(),
      });
      return { identity: who.identity, person };
    } catch (error) {
      if (!isCaptureFault(error) && !(error instanceof UserError && error.code === 'more_than_one_person'))
        throw error;
      refused = error.code;
    }
  }
  return { refused };
}

async function firstTaken(
  recordings: AsyncIterable<Uint8Array>,
  wanted: number,
  check: (recording: Uint8Array) => Promise<unknown>,
): Promise<{ taken: Uint8Array[]; refused: string }> {
  const taken: Uint8Array[] = [];
  let refused = 'too_few_recordings';
  for await (const recording of recordings) {
    const fault = await refusal(check(recording));
    if (fault) refused = fault;
    else taken.push(recording);
    if (taken.length === wanted) break;
  }
  return { taken, refused };
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
