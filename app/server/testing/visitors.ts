import type { Turn } from '@visavox/recognition/signals/head';
import { filmTurns } from '@visavox/recognition/synthetic/enrolment-film';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import { type FilmedAnswer, Sitting } from '@visavox/recognition/synthetic/sitting';
import { testPictures } from '@visavox/recognition/synthetic/test-pictures';
import { readWell } from './read-well.ts';
import { operatorToken, type TestServer } from './test-server.ts';

/** A synthetic person with the recordings that a visit needs; rendered once. */
export interface Visitor {
  readonly name: string;
  readonly faces: readonly Uint8Array[];
  readonly voices: readonly Uint8Array[];
  /** `voice` is said anew whenever it is asked for: nobody says the same twice in the same way. */
  readonly probe: { readonly faces: readonly Uint8Array[]; readonly voice: Uint8Array };
  readonly person: SyntheticPerson;
  /** Filmed anew each time. */
  film(digits: string, turn: 'left' | 'right' | null): Promise<FilmedAnswer>;
}

/** What the voices of every visitor say. */
export const prompts = ['0123', '4567', '8901'];

export async function visitor(index: number): Promise<Visitor> {
  const person: SyntheticPerson = syntheticPerson(4600, index);
  const [one, two, three, four, five] = await Promise.all([1, 2, 3, 4, 5].map((shot) => person.face(shot)));
  if (!one || !two || !three || !four || !five) throw new TypeError('five faces were rendered');
  let take = 9;
  const sitting = new Sitting(person, 1, { pictures: testPictures });
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
    film(digits, turn) {
      return readWell({ digits, turn }, () => {
        take += 1;
        return sitting.answer(digits, { turn, take });
      });
    },
  };
}

export function enrolmentForm(
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  fields: Record<string, string> = {},
): FormData {
  const given = { name: who.name, consent: 'true', prompts: prompts.join(','), ...fields };
  return form(given, { face: who.faces, voice: who.voices });
}

/** From recordings, as an operator, and then as if the person had said digits at a visit. */
export async function enrol(
  server: TestServer,
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const response = await enrolMeasured(server, who, headers);
  if (response.ok) {
    const { id } = await response.clone().json();
    await server.services.db.updateTable('people').set({ verified: true }).where('id', '=', id).execute();
  }
  return response;
}

/** From recordings, as an operator. */
export function enrolMeasured(
  server: TestServer,
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return request(server, '/api/v1/people', enrolmentForm(who), { ...asOperator, ...headers });
}

export interface AskedNewcomer {
  readonly id: string;
  readonly prompts: readonly string[];
  readonly turns: readonly Turn[];
  /** What the browser keeps: a challenge is answered by whoever asked for it. */
  readonly cookie: string;
}

/** `server`: or where one listens. */
export async function enrolmentChallenge(
  server: TestServer | string,
  wish: { withoutTurn?: boolean; invitation?: string } = {},
): Promise<AskedNewcomer> {
  const response = await ask(server, '/api/v1/challenges', {
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
  asked: Pick<AskedNewcomer, 'id' | 'prompts' | 'turns'>,
  fields: Record<string, string> = {},
): Promise<FormData> {
  const variation = ++takes;
  const voices = asked.prompts.map((digits, index) => who.person.utterance(digits, variation * 10 + index));
  const { frames, times } = await filmTurns(who.person, asked.turns, { variation });
  const given = { name: who.name, consent: 'true', challenge: asked.id, ...fields };
  const body = form(given, { face: who.faces, voice: voices });
  addFrames(body, frames, times);
  return body;
}

/** As somebody who is there. */
export async function enrolLive(
  server: TestServer | string,
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

export interface GivenChallenge {
  readonly id: string;
  readonly digits: string;
  readonly turn: 'left' | 'right' | null;
}

export const asOperator = { authorization: `Bearer ${operatorToken}` };

/** `name`: who will answer. */
export async function newChallenge(
  server: TestServer,
  name: string,
  { withoutTurn = false, headers = {} }: { withoutTurn?: boolean; headers?: Record<string, string> } = {},
): Promise<GivenChallenge> {
  const response = await server.app.request('/api/v1/challenges', {
    method: 'POST',
    body: JSON.stringify({ name, withoutTurn }),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return response.json();
}

export interface Claim {
  /** The name that is claimed. */
  readonly as: string;
  readonly challenge?: GivenChallenge;
  readonly headers?: Record<string, string>;
}

/** Recordings, as operators try them: decided, and never a sign-in. */
export async function measure(
  server: TestServer,
  { as, probe, challenge }: Claim & { probe: Visitor['probe'] },
): Promise<Response> {
  const { id } = challenge ?? (await newChallenge(server, as, { headers: asOperator }));
  const body = form({ name: as, challenge: id }, { face: probe.faces, voice: [probe.voice] });
  return request(server, '/api/v1/attempts', body, asOperator);
}

/** Somebody in front of a camera: turns the head as asked and says the digits, or others. */
export async function answer(
  server: TestServer,
  { as, by, say, challenge: given, headers = {} }: Claim & { by: Visitor; say?: (digits: string) => string },
): Promise<Response> {
  const challenge = given ?? (await newChallenge(server, as, { headers }));
  const film = await by.film(say?.(challenge.digits) ?? challenge.digits, challenge.turn);
  return request(
    server,
    '/api/v1/attempts',
    answerForm({ name: as, challenge: challenge.id }, by, film),
    headers,
  );
}

export function answerForm(fields: Record<string, string>, by: Visitor, film: FilmedAnswer): FormData {
  const body = form(fields, { face: by.probe.faces, voice: [film.voice] });
  addFrames(body, film.frames, film.times);
  return body;
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

function blob(bytes: Uint8Array, type: string): Blob {
  return new Blob([Uint8Array.from(bytes)], { type });
}

export function addFrames(body: FormData, frames: readonly Uint8Array[], times: readonly number[]): void {
  for (const frame of frames) body.append('frame', blob(frame, 'image/jpeg'), 'frame.jpg');
  body.set('frameTimes', times.join(','));
}

export async function request(
  server: TestServer | string,
  path: string,
  body: FormData,
  headers: Record<string, string>,
): Promise<Response> {
  return ask(server, path, { method: 'POST', body, headers });
}

async function ask(server: TestServer | string, path: string, init: RequestInit): Promise<Response> {
  return typeof server === 'string' ? fetch(`${server}${path}`, init) : server.app.request(path, init);
}
