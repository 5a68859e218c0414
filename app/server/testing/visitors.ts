import type { Turn } from '@visavox/recognition/signals/head';
import { filmTurns } from '@visavox/recognition/synthetic/enrolment-film';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import { operatorToken, type TestServer } from './test-server.ts';

/** A synthetic person with the recordings that a visit needs; rendered once. */
export interface Visitor {
  readonly name: string;
  readonly faces: readonly Uint8Array[];
  readonly voices: readonly Uint8Array[];
  /** `voice` is said anew whenever it is asked for: nobody says the same twice in the same way. */
  readonly probe: { readonly faces: readonly Uint8Array[]; readonly voice: Uint8Array };
  readonly person: SyntheticPerson;
}

/** What the voices of every visitor say. */
export const prompts = ['0123', '4567', '8901'];

export async function visitor(index: number): Promise<Visitor> {
  const person: SyntheticPerson = syntheticPerson(4600, index);
  const [one, two, three, four, five] = await Promise.all([1, 2, 3, 4, 5].map((shot) => person.face(shot)));
  if (!one || !two || !three || !four || !five) throw new TypeError('five faces were rendered');
  let take = 9;
  return {
    name: person.name,
    faces: [one, two, three],
    voices: prompts.map((digits, utterance) => person.utterance(digits, utterance)),
    probe: {
      faces: [four, five],
      get voice() {
        take += 1;
        return person.utterance(String((take * 77_777_777) % 1_000_000).padStart(6, '0'), take);
      },
    },
    person,
  };
}

export function enrolmentForm(
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  fields: Record<string, string> = {},
): FormData {
  return form({ name: who.name, consent: 'true', ...fields }, { face: who.faces, voice: who.voices });
}

/** From recordings, as an operator. */
export function enrol(
  server: TestServer,
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return request(server, '/api/v1/people', enrolmentForm(who), { ...asOperator, ...headers });
}

export const asOperator = { authorization: `Bearer ${operatorToken}` };

export interface AskedNewcomer {
  readonly id: string;
  readonly prompts: readonly string[];
  readonly turns: readonly Turn[];
  /** What the browser keeps: a challenge is answered by whoever asked for it. */
  readonly cookie: string;
}

export async function enrolmentChallenge(
  server: TestServer,
  wish: { withoutTurn?: boolean; invitation?: string } = {},
): Promise<AskedNewcomer> {
  const response = await server.app.request('/api/v1/challenges', {
    method: 'POST',
    body: JSON.stringify({ purpose: 'enrolment', ...wish }),
    headers: { 'content-type': 'application/json' },
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { ...((await response.json()) as Omit<AskedNewcomer, 'cookie'>), cookie };
}

let takes = 5000;

/** What somebody who is there sends: pictures, the digits that are asked for, a head that turns. */
export async function liveEnrolment(
  who: Visitor,
  asked: AskedNewcomer,
  fields: Record<string, string> = {},
): Promise<FormData> {
  const variation = ++takes;
  const voices = asked.prompts.map((digits, index) => who.person.utterance(digits, variation * 10 + index));
  const { frames, times } = await filmTurns(who.person, asked.turns, { variation });
  const body = enrolmentForm({ ...who, voices }, { challenge: asked.id, ...fields });
  addFrames(body, frames, times);
  return body;
}

/** As somebody who is there. */
export async function enrolLive(
  server: TestServer,
  who: Visitor,
  {
    invitation,
    fields = {},
    headers = {},
  }: { invitation?: string; fields?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<Response> {
  const asked = await enrolmentChallenge(server, invitation === undefined ? {} : { invitation });
  const given = invitation === undefined ? fields : { invitation, ...fields };
  const body = await liveEnrolment(who, asked, given);
  return request(server, '/api/v1/people', body, { cookie: asked.cookie, ...headers });
}

export async function newChallenge(server: TestServer): Promise<string> {
  return (await fullChallenge(server)).id;
}

export async function fullChallenge(
  server: TestServer,
  wish?: { withoutTurn: boolean },
): Promise<{ id: string; digits: string; turn: 'left' | 'right' | null }> {
  const response = await server.app.request('/api/v1/challenges', {
    method: 'POST',
    ...(wish ? { body: JSON.stringify(wish), headers: { 'content-type': 'application/json' } } : {}),
  });
  return response.json();
}

/** `as`: the name that is claimed. */
export async function signIn(
  server: TestServer,
  attempt: {
    as: string;
    probe: Visitor['probe'];
    challenge?: string;
    headers?: Record<string, string>;
    burst?: { frames: readonly Uint8Array[]; times: readonly number[] };
  },
): Promise<Response> {
  const challenge = attempt.challenge ?? (await newChallenge(server));
  const { faces, voice } = attempt.probe;
  const body = form({ name: attempt.as, challenge }, { face: faces, voice: [voice] });
  if (attempt.burst) {
    addFrames(body, attempt.burst.frames, attempt.burst.times);
  }
  return request(server, '/api/v1/attempts', body, attempt.headers ?? {});
}

export function form(
  fields: Record<string, string>,
  files: Partial<Record<'face' | 'voice', readonly Uint8Array[]>>,
): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  for (const face of files.face ?? []) data.append('face', blob(face, 'image/jpeg'), 'face.jpg');
  for (const voice of files.voice ?? []) data.append('voice', blob(voice, 'audio/wav'), 'voice.wav');
  return data;
}

export function addFrames(body: FormData, frames: readonly Uint8Array[], times: readonly number[]): void {
  for (const frame of frames) body.append('frame', blob(frame, 'image/jpeg'), 'frame.jpg');
  body.set('frameTimes', times.join(','));
}

function blob(bytes: Uint8Array, type: string): Blob {
  return new Blob([Uint8Array.from(bytes)], { type });
}

export async function request(
  server: TestServer,
  path: string,
  body: FormData,
  headers: Record<string, string>,
): Promise<Response> {
  return server.app.request(path, { method: 'POST', body, headers });
}
