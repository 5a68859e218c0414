import { answer } from '@visavox/console/api/client';
import { Problem } from '@visavox/console/api/problem';
import createClient from 'openapi-fetch';
import { untilThereIsRoom } from './patience.ts';
import type { paths } from './schema.ts';
import type { ModelVersion, Review } from './types.ts';

export const client = createClient<paths>();

const asItIs = <T>(body: T) => body;
export const withId = (id: string) => ({ params: { path: { id } } });

export const checkFace = (jpeg: Blob) =>
  answer(client.POST('/api/v1/captures/face', { body: jpeg, ...recording(jpeg) }));
export const checkVoice = (wav: Blob) =>
  answer(client.POST('/api/v1/captures/voice', { body: wav, ...recording(wav) }));

function recording(blob: Blob) {
  return { bodySerializer: asItIs<Blob>, headers: { 'content-type': blob.type } };
}

/** Of the head while it turns; `times` in milliseconds from the first. */
export interface TurnFrames {
  frames: Blob[];
  times: number[];
}

export async function enrol(person: {
  name: string;
  faces: Blob[];
  voices: Blob[];
  /** What the voices say and the head did. */
  challenge: string;
  turns?: TurnFrames;
  /** The token of an invitation. */
  invitation?: string | undefined;
  idempotencyKey: string;
}) {
  const { name, faces, voices, challenge, turns, invitation, idempotencyKey } = person;
  const body = {
    ...{ name, consent: 'true' as const, face: faces, voice: voices },
    challenge,
    ...framesOf(turns),
    ...(invitation === undefined ? {} : { invitation }),
  };
  const send = () =>
    answer(
      client.POST('/api/v1/people', {
        params: { header: { 'idempotency-key': idempotencyKey } },
        body,
        bodySerializer: multipart,
      }),
    );
  return send().catch((error: unknown) => {
    // The answer may have been lost after the person was saved: the key makes a second request safe.
    if (error instanceof Problem && error.code === 'service_unreachable') return send();
    throw error;
  });
}

export const framesOf = (turns: TurnFrames | undefined) =>
  turns ? { frame: turns.frames, frameTimes: turns.times.join(',') } : {};

export async function newChallenge(wish: { withoutTurn: boolean; name: string }) {
  const given = await answer(client.POST('/api/v1/challenges', { body: wish }));
  if ('digits' in given) return given;
  throw new TypeError('a challenge for signing in has digits');
}

/** What a newcomer is asked to say and do, good for ten minutes in this browser. */
export async function enrolmentChallenge(wish: { withoutTurn?: boolean; invitation?: string | undefined }) {
  const { withoutTurn = false, invitation } = wish;
  const body = {
    purpose: 'enrolment' as const,
    withoutTurn,
    ...(invitation === undefined ? {} : { invitation }),
  };
  const given = await answer(client.POST('/api/v1/challenges', { body }));
  if ('prompts' in given) return given;
  throw new TypeError('a challenge for enrolling has prompts');
}

/** Whom an invitation is for. */
export const openInvitation = (invitation: string) =>
  answer(client.POST('/api/v1/invitations/open', { body: { invitation } }));

export function attemptSignIn(attempt: {
  name: string;
  challenge: string;
  faces: readonly Blob[];
  voice: Blob;
  frames: readonly Blob[];
  /** Milliseconds from the beginning of the voice's recording, one a frame. */
  frameTimes: readonly number[];
}) {
  const body = {
    name: attempt.name,
    challenge: attempt.challenge,
    face: [...attempt.faces],
    voice: [attempt.voice],
    frame: [...attempt.frames],
    frameTimes: attempt.frameTimes.join(','),
  };
  return untilThereIsRoom(() => answer(client.POST('/api/v1/attempts', { body, bodySerializer: multipart })));
}

export function multipart(body: Record<string, string | readonly Blob[]>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === 'string') form.set(name, value);
    else for (const [index, blob] of value.entries()) form.append(name, blob, `${name}-${index + 1}`);
  }
  return form;
}

export const giveFeedback = (attempt: string, outcome: 'genuine' | 'impostor') =>
  answer(client.POST('/api/v1/attempts/{id}/feedback', { ...withId(attempt), body: { outcome } }));

export const session = () => answer(client.GET('/api/v1/session'));
export const signOut = () => answer(client.DELETE('/api/v1/session'));

export const person = (id: string) => answer(client.GET('/api/v1/people/{id}', withId(id)));
export const people = async () => (await answer(client.GET('/api/v1/people'))).people;
export const reviewPerson = (id: string, review: Review) =>
  answer(client.POST('/api/v1/people/{id}/review', { ...withId(id), body: review }));
export const forgetPerson = (id: string) => answer(client.DELETE('/api/v1/people/{id}', withId(id)));

export const invitations = async () => (await answer(client.GET('/api/v1/invitations'))).invitations;
export const invite = (wish: { name: string; days: number }) =>
  answer(client.POST('/api/v1/invitations', { body: wish }));
export const revokeInvitation = (id: string) => answer(client.DELETE('/api/v1/invitations/{id}', withId(id)));

export const overview = () => answer(client.GET('/api/v1/overview'));
export const modelReport = (path: Pick<ModelVersion, 'name' | 'version'>, language: 'en' | 'fr') =>
  answer(
    client.GET('/api/v1/models/{name}/versions/{version}/report', { params: { path, query: { language } } }),
  );
