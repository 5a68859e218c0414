import { randomUUID } from 'node:crypto';
import type { BundleFiles } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { RunRecord } from '@visavox/core/run';
import type { RunSummary } from '@visavox/core/run-summary';
import { fetchBundle } from 'visavox/model-bundle';
import { type Call, isConnectionLost, Transport, type TransportOptions } from 'visavox/transport';
import { z } from 'zod';
import {
  type AccessEvent,
  AccessEvents,
  Attempt,
  CaptureVerdict,
  Challenge,
  EnrolmentChallenge,
  type Invitation,
  Invitations,
  InvitationWithLink,
  IssuedCode,
  Models,
  Overview,
  People,
  Person,
  Releases,
  Reviewed,
  Runs,
  Status,
  Trace,
} from './answers.ts';

/** What a camera and a microphone recorded of somebody who answered a challenge. */
export interface Answer {
  /** One to five good pictures. */
  readonly faces: readonly Uint8Array[];
  /** The digits, said. */
  readonly voice: Uint8Array;
  /** 20 to 80 small pictures, from before the head turns to after the last digit. */
  readonly frames: readonly Uint8Array[];
  /** When each of them was taken: milliseconds from the beginning of the voice's recording, ascending. */
  readonly times: readonly number[];
}

/** What a camera and a microphone recorded of somebody who enrolled. */
export interface NewcomersAnswer {
  /** 3 to 5 good pictures. */
  readonly faces: readonly Uint8Array[];
  /** The prompts, said, one a recording. */
  readonly voices: readonly Uint8Array[];
  /** 20 to 80 small pictures of the head while it turns. */
  readonly frames: readonly Uint8Array[];
  /** When each of them was taken: milliseconds from the first, ascending. */
  readonly times: readonly number[];
}

export interface Enrolment {
  readonly name: string;
  /** Of somebody who cannot turn the head. */
  readonly withoutTurn?: boolean;
  /** Where people enrol by invitation: its token. */
  readonly invitation?: string;
  /** Films the person who turns the head and says the prompts. */
  readonly answer: (challenge: EnrolmentChallenge) => NewcomersAnswer | Promise<NewcomersAnswer>;
}

export interface SignIn {
  readonly name: string;
  /** Of somebody who cannot turn the head: more digits are asked for instead. */
  readonly withoutTurn?: boolean;
  /** Films the person who turns the head and says the digits. */
  readonly answer: (challenge: Challenge) => Answer | Promise<Answer>;
}

/** Recordings that an operator tries. */
export interface Measurement {
  readonly name: string;
  /** One to five. */
  readonly faces: readonly Uint8Array[];
  /** A recording of the person, who says these digits if that can be had. */
  readonly speak: (digits: string) => Uint8Array | Promise<Uint8Array>;
}

/** Cookies by which the server knows that whoever answers is whoever asked. */
type Visit = Map<string, string>;

/** The model that signs people in, and the pipeline that trains it. */
const recogniser = 'recogniser';

/**
 * Visavox from another program, over HTTP.
 *
 * @example
 * const client = new VisavoxClient({ server: 'http://127.0.0.1:4600' });
 * await client.enrol({ name: 'Ada', answer: ({ prompts, turns }) => filmNewcomer(prompts, turns) });
 * const { decision } = await client.signIn({ name: 'Ada', answer: ({ digits, turn }) => film(digits, turn) });
 */
export class VisavoxClient {
  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  /** A challenge and its answer; both anew when the connection breaks in between or the server forgot. */
  enrol({ name, withoutTurn = false, invitation, answer }: Enrolment): Promise<Person> {
    return this.#transport.persist(async () => {
      const visit: Visit = new Map();
      const challenge = await this.#ask(EnrolmentChallenge, {
        method: 'POST',
        path: '/api/v1/challenges',
        body: { purpose: 'enrolment', name, withoutTurn, ...(invitation && { invitation }) },
        repeatable: true,
        cookies: visit,
      });
      const { faces, voices, frames, times } = await answer(challenge);
      const form = recordings(faces, voices);
      addFrames(form, frames, times);
      form.append('challenge', challenge.id);
      if (invitation) form.append('invitation', invitation);
      return orAnew(() => this.#newPerson(name, form, { cookies: visit }));
    });
  }

  /**
   * From recordings, as operators enrol people whom they measure with. Faces: 3 to 5 images. Voices: 3 utterances; `prompts`: the
   * digits that each says.
   */
  enrolRecorded(person: {
    name: string;
    faces: readonly Uint8Array[];
    voices: readonly Uint8Array[];
    prompts?: readonly string[];
    idempotencyKey?: string;
  }): Promise<Person> {
    const form = recordings(person.faces, person.voices);
    if (person.prompts?.length) form.append('prompts', person.prompts.join(','));
    return this.#newPerson(person.name, form, person);
  }

  /** A lost answer is asked for again under the same key: one person, once. */
  #newPerson(
    name: string,
    form: FormData,
    { idempotencyKey = randomUUID(), cookies }: { idempotencyKey?: string; cookies?: Visit },
  ): Promise<Person> {
    form.append('name', name);
    form.append('consent', 'true');
    return this.#ask(Person, {
      method: 'POST',
      path: '/api/v1/people',
      body: form,
      headers: { 'idempotency-key': idempotencyKey },
      repeatable: true,
      cookies,
    });
  }

  checkFace(image: Uint8Array): Promise<CaptureVerdict> {
    return this.#check('face', image, 'image/jpeg');
  }

  checkVoice(audio: Uint8Array): Promise<CaptureVerdict> {
    return this.#check('voice', audio, 'audio/wav');
  }

  /** For whoever is to answer as `name`; what they said lately is not asked for again. */
  challenge(name: string, wish: { withoutTurn?: boolean } = {}, visit?: Visit): Promise<Challenge> {
    return this.#ask(Challenge, {
      method: 'POST',
      path: '/api/v1/challenges',
      body: { name, ...wish },
      repeatable: true,
      cookies: visit,
    });
  }

  /** A challenge and its answer; both anew when the connection breaks in between or the server forgot. */
  signIn({ name, withoutTurn = false, answer }: SignIn): Promise<Attempt> {
    return this.#answered(name, { withoutTurn }, async (challenge) => {
      const { faces, voice, frames, times } = await answer(challenge);
      const form = recordings(faces, [voice]);
      addFrames(form, frames, times);
      return form;
    });
  }

  /**
   * What would be decided about recordings of which nobody says that they were made now: an operator measures, nobody is signed
   * in.
   */
  measure({ name, faces, speak }: Measurement): Promise<Attempt> {
    return this.#answered(name, {}, async ({ digits }) => recordings(faces, [await speak(digits)]));
  }

  #answered(
    name: string,
    wish: { withoutTurn?: boolean },
    answer: (challenge: Challenge) => Promise<FormData>,
  ): Promise<Attempt> {
    return this.#transport.persist(async () => {
      const visit: Visit = new Map();
      const challenge = await this.challenge(name, wish, visit);
      const form = await answer(challenge);
      form.append('name', name);
      form.append('challenge', challenge.id);
      // Not repeated as it is: its challenge is used up whatever became of it.
      const attempt = {
        ...{ method: 'POST', path: '/api/v1/attempts', body: form },
        ...{ repeatable: false, cookies: visit },
      };
      return orAnew(() => this.#ask(Attempt, attempt));
    });
  }

  async feedback(attempt: string, outcome: 'genuine' | 'impostor'): Promise<void> {
    const path = `/api/v1/attempts/${encodeURIComponent(attempt)}/feedback`;
    await this.#transport.send({ method: 'POST', path, body: { outcome }, repeatable: true });
  }

  async people(): Promise<readonly Person[]> {
    return (await this.#get(People, '/api/v1/people')).people;
  }

  /** A code that lets this person in once within an hour. Not repeated: a second one would end the first. */
  issueCode(personId: string): Promise<IssuedCode> {
    const path = `/api/v1/people/${encodeURIComponent(personId)}/code`;
    return this.#ask(IssuedCode, { method: 'POST', path, repeatable: false });
  }

  /** Who changed or used which way in, newest first. */
  async accessEvents(filter: { limit: number; person?: string }): Promise<readonly AccessEvent[]> {
    const query = new URLSearchParams({ limit: String(filter.limit) });
    if (filter.person !== undefined) query.set('person', filter.person);
    return (await this.#get(AccessEvents, `/api/v1/access-events?${query}`)).events;
  }

  async forget(personId: string): Promise<void> {
    const path = `/api/v1/people/${encodeURIComponent(personId)}`;
    let asked = 0;
    await this.#transport.persist(async () => {
      asked++;
      try {
        await this.#transport.send({ method: 'DELETE', path, repeatable: false });
      } catch (error) {
        // The first try may have erased the person before its answer was lost.
        if (!(asked > 1 && error instanceof UserError && error.kind === 'not-found')) throw error;
      }
    });
  }

  /** A link with which somebody can enrol once, under this name. */
  invite(wish: { name: string; days: number }): Promise<z.infer<typeof InvitationWithLink>> {
    const path = '/api/v1/invitations';
    return this.#ask(InvitationWithLink, { method: 'POST', path, body: wish, repeatable: false });
  }

  async invitations(): Promise<readonly Invitation[]> {
    return (await this.#get(Invitations, '/api/v1/invitations')).invitations;
  }

  async revokeInvitation(id: string): Promise<void> {
    const path = `/api/v1/invitations/${encodeURIComponent(id)}`;
    await this.#transport.send({ method: 'DELETE', path, repeatable: false });
  }

  /** Decides about somebody who is pending; returns who is left of it. */
  review(
    personId: string,
    decision:
      | { decision: 'approve'; name?: string }
      | { decision: 'merge'; into: string }
      | { decision: 'reject' },
  ): Promise<{ person: Person | null }> {
    const path = `/api/v1/people/${encodeURIComponent(personId)}/review`;
    return this.#ask(Reviewed, { method: 'POST', path, body: decision, repeatable: false });
  }

  /** `environments`: those that the recogniser is released to. */
  async status(): Promise<Status> {
    const status = await this.#get(Status, '/api/v1/status');
    return { ...status, environments: status.environments.filter(({ model }) => model === recogniser) };
  }

  overview(): Promise<Overview> {
    return this.#get(Overview, '/api/v1/overview');
  }

  /** The latest ones of the recogniser's pipeline, newest first; other models may train beside it. */
  async runs(): Promise<readonly RunSummary[]> {
    return (await this.#get(Runs, `/api/v1/runs?pipeline=${recogniser}`)).runs;
  }

  run(id: string): Promise<RunRecord> {
    return this.#get(RunRecord, `/api/v1/runs/${encodeURIComponent(id)}`);
  }

  /** Runs a compiled pipeline; answers the run's id. */
  async startRun(run: {
    pipelineSpec: unknown;
    parameters: Readonly<Record<string, unknown>>;
    trigger?: string;
  }): Promise<string> {
    const answer = await this.#ask(z.object({ id: z.string() }), {
      method: 'POST',
      path: '/api/v1/runs',
      body: run,
      repeatable: false,
    });
    return answer.id;
  }

  async cancelRun(id: string): Promise<void> {
    const path = `/api/v1/runs/${encodeURIComponent(id)}/cancel`;
    await this.#transport.send({ method: 'POST', path, repeatable: true });
  }

  /** Whether the server begins trainings by itself; what is under way is finished. */
  async pauseTraining(paused: boolean): Promise<void> {
    await this.#transport.send({
      method: 'PUT',
      path: `/api/v1/models/${recogniser}/training`,
      body: { paused },
      repeatable: true,
    });
  }

  /** The files of a version of the recogniser, each checked against its digest. `known`: what need not be sent again. */
  bundle(version: number, known?: (digest: Digest) => Promise<Uint8Array | undefined>): Promise<BundleFiles> {
    return fetchBundle(this.#transport, { name: recogniser, version }, known);
  }

  /** The versions of the recogniser. */
  async models(): Promise<readonly ModelVersion[]> {
    return (await this.#get(Models, `/api/v1/models/${recogniser}/versions`)).models;
  }

  /** Those of the recogniser. */
  async releases(): Promise<readonly Release[]> {
    return (await this.#get(Releases, `/api/v1/models/${recogniser}/releases`)).releases;
  }

  trace(kind: string, id: string): Promise<Trace> {
    return this.#get(Trace, `/api/v1/trace/${kind}/${encodeURIComponent(id)}`);
  }

  /** Whether the server answers now. */
  async healthy(): Promise<boolean> {
    try {
      await this.#transport.send({ method: 'GET', path: '/health', repeatable: false });
      return true;
    } catch (error) {
      if (isConnectionLost(error)) return false;
      throw error;
    }
  }

  #check(modality: 'face' | 'voice', body: Uint8Array, type: string): Promise<CaptureVerdict> {
    const path = `/api/v1/captures/${modality}`;
    const headers = { 'content-type': type };
    return this.#ask(CaptureVerdict, { method: 'POST', path, body, headers, repeatable: true });
  }

  #get<T extends z.ZodType>(answer: T, path: string): Promise<z.infer<T>> {
    return this.#ask(answer, { method: 'GET', path, repeatable: true });
  }

  async #ask<T extends z.ZodType>(answer: T, call: Call): Promise<z.infer<T>> {
    return answer.parse(await this.#transport.send(call));
  }
}

function recordings(faces: readonly Uint8Array[], voices: readonly Uint8Array[]): FormData {
  const form = new FormData();
  faces.forEach((bytes, index) => {
    form.append('face', new Blob([bytes.slice()], { type: 'image/jpeg' }), `face-${index + 1}`);
  });
  voices.forEach((bytes, index) => {
    form.append('voice', new Blob([bytes.slice()], { type: 'audio/wav' }), `voice-${index + 1}`);
  });
  return form;
}

function addFrames(form: FormData, frames: readonly Uint8Array[], times: readonly number[]): void {
  frames.forEach((bytes, index) => {
    form.append('frame', new Blob([bytes.slice()], { type: 'image/jpeg' }), `frame-${index + 1}`);
  });
  form.append('frameTimes', times.join(','));
}

/** A challenge that is good no more is a reason to begin anew. */
async function orAnew<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof UserError) || !/^challenge_(unknown|expired|used)$/.test(error.code)) throw error;
    throw new UserError({ ...problemOf(error), kind: 'unavailable', cause: error });
  }
}

function problemOf({ code, message, action, details }: UserError) {
  return { code, message, action, details };
}
