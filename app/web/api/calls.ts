import { Problem, problemFrom, unreachable } from './problem.ts';
import type {
  AttemptAnswer,
  CaptureVerdict,
  Challenge,
  ModelVersion,
  Overview,
  Person,
  Release,
  Run,
  RunSummary,
  Session,
  Status,
  Trace,
} from './types.ts';

const api = '/api/v1';

async function send(
  method: string,
  path: string,
  body?: BodyInit,
  headers: HeadersInit = {},
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(api + path, { method, headers, ...(body === undefined ? {} : { body }) });
  } catch (cause) {
    throw unreachable(cause);
  }
  if (!response.ok) throw problemFrom(response.status, await response.json().catch(() => null));
  return response;
}

async function ask<T>(method: string, path: string, value?: unknown): Promise<T> {
  const response =
    value === undefined
      ? await send(method, path)
      : await send(method, path, JSON.stringify(value), { 'content-type': 'application/json' });
  return response.status === 204 ? (undefined as T) : ((await response.json()) as T);
}

const id = encodeURIComponent;

export async function checkFace(jpeg: Blob): Promise<CaptureVerdict> {
  return (await send('POST', '/captures/face', jpeg, { 'content-type': 'image/jpeg' })).json();
}

export async function checkVoice(wav: Blob): Promise<CaptureVerdict> {
  return (await send('POST', '/captures/voice', wav, { 'content-type': 'audio/wav' })).json();
}

export async function enrol(person: {
  name: string;
  faces: readonly Blob[];
  voices: readonly Blob[];
  idempotencyKey: string;
}): Promise<Person> {
  const form = new FormData();
  form.set('name', person.name);
  form.set('consent', 'true');
  for (const [index, face] of person.faces.entries()) form.append('face', face, `face-${index + 1}.jpg`);
  for (const [index, voice] of person.voices.entries()) form.append('voice', voice, `voice-${index + 1}.wav`);
  const headers = { 'idempotency-key': person.idempotencyKey };
  try {
    return await (await send('POST', '/people', form, headers)).json();
  } catch (error) {
    // The answer may have been lost after the person was saved: the key makes a second request safe.
    if (error instanceof Problem && error.code === 'service_unreachable')
      return (await send('POST', '/people', form, headers)).json();
    throw error;
  }
}

export const newChallenge = () => ask<Challenge>('POST', '/challenges', {});

export async function attemptSignIn(attempt: {
  name: string;
  challenge: string;
  faces: readonly Blob[];
  voice: Blob;
}): Promise<AttemptAnswer> {
  const form = new FormData();
  form.set('name', attempt.name);
  form.set('challenge', attempt.challenge);
  for (const [index, face] of attempt.faces.entries()) form.append('face', face, `face-${index + 1}.jpg`);
  form.append('voice', attempt.voice, 'voice.wav');
  return (await send('POST', '/attempts', form)).json();
}

export const giveFeedback = (attempt: string, outcome: 'genuine' | 'impostor') =>
  ask<unknown>('POST', `/attempts/${id(attempt)}/feedback`, { outcome });

export const session = () => ask<Session>('GET', '/session');
export const signOut = () => ask<unknown>('DELETE', '/session');
export const operatorSession = (token: string) => ask<unknown>('POST', '/operator/session', { token });

export const person = (who: string) => ask<Person>('GET', `/people/${id(who)}`);
export const people = () => ask<{ people: Person[] }>('GET', '/people').then((answer) => answer.people);
export const forgetPerson = (who: string) => ask<unknown>('DELETE', `/people/${id(who)}`);

export const status = () => ask<Status>('GET', '/status');
export const overview = () => ask<Overview>('GET', '/overview');
export const runs = () => ask<{ runs: RunSummary[] }>('GET', '/runs').then((answer) => answer.runs);
export const run = (which: string) => ask<Run>('GET', `/runs/${id(which)}`);
export const retrain = () => ask<{ id: string }>('POST', '/runs', {});
export const cancelRun = (which: string) => ask<unknown>('POST', `/runs/${id(which)}/cancel`, {});
export const resumeRun = (which: string) => ask<unknown>('POST', `/runs/${id(which)}/resume`, {});
export const taskLogs = async (which: string, task: string) =>
  (await send('GET', `/runs/${id(which)}/tasks/${id(task)}/logs`)).text();
export const models = () => ask<{ models: ModelVersion[] }>('GET', '/models').then((answer) => answer.models);
export const releases = () =>
  ask<{ releases: Release[] }>('GET', '/releases').then((answer) => answer.releases);
export const rollBack = () => ask<unknown>('POST', '/releases/rollback', {});
export const propose = (version: number) => ask<unknown>('POST', '/releases', { version });
export const promote = (which: string) => ask<unknown>('POST', `/releases/${id(which)}/promote`, {});
export const trace = (kind: string, which: string) => ask<Trace>('GET', `/trace/${id(kind)}/${id(which)}`);
