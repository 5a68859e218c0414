import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import type { TestServer } from './test-server.ts';

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

export function enrol(
  server: TestServer,
  who: Pick<Visitor, 'name' | 'faces' | 'voices'>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return request(server, '/api/v1/people', enrolmentForm(who), headers);
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
    for (const frame of attempt.burst.frames) body.append('frame', blob(frame, 'image/jpeg'), 'frame.jpg');
    body.set('frameTimes', attempt.burst.times.join(','));
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

function blob(bytes: Uint8Array, type: string): Blob {
  return new Blob([Uint8Array.from(bytes)], { type });
}

async function request(
  server: TestServer,
  path: string,
  body: FormData,
  headers: Record<string, string>,
): Promise<Response> {
  return server.app.request(path, { method: 'POST', body, headers });
}
