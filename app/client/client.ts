import { randomUUID } from 'node:crypto';
import type { BundleFiles } from '@visavox/core/bundle';
import type { Digest } from '@visavox/core/digest';
import { UserError } from '@visavox/core/errors';
import type { ModelVersion } from '@visavox/core/model';
import type { Release } from '@visavox/core/release';
import { RunRecord } from '@visavox/core/run';
import { fetchBundle } from 'visavox/model-bundle';
import { type Call, isConnectionLost, Transport, type TransportOptions } from 'visavox/transport';
import { z } from 'zod';
import {
  Attempt,
  CaptureVerdict,
  Challenge,
  type Invitation,
  Invitations,
  InvitationWithLink,
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

export interface SignIn {
  readonly name: string;
  readonly faces: readonly Uint8Array[];
  /** Records the person saying these digits. */
  readonly speak: (digits: string) => Uint8Array | Promise<Uint8Array>;
}

/**
 * Visavox from another program, over HTTP.
 *
 * @example
 * const client = new VisavoxClient({ server: 'http://127.0.0.1:4600' });
 * await client.enrol({ name: 'Ada', faces, voices });
 * const { decision } = await client.signIn({ name: 'Ada', faces: [photograph], speak: record });
 */
export class VisavoxClient {
  readonly #transport: Transport;

  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  /**
   * Faces: 3 to 5 images. Voices: 3 utterances; `prompts`: the digits that each says, which sign-ins are then checked against. A lost answer is asked for again under the same key: one person, once.
   */
  async enrol(person: {
    name: string;
    faces: readonly Uint8Array[];
    voices: readonly Uint8Array[];
    prompts?: readonly string[];
    idempotencyKey?: string;
  }): Promise<Person> {
    const form = recordings(person.faces, person.voices);
    form.append('name', person.name);
    form.append('consent', 'true');
    if (person.prompts?.length) form.append('prompts', person.prompts.join(','));
    return this.#ask(Person, {
      method: 'POST',
      path: '/api/v1/people',
      body: form,
      headers: { 'idempotency-key': person.idempotencyKey ?? randomUUID() },
      repeatable: true,
    });
  }

  checkFace(image: Uint8Array): Promise<CaptureVerdict> {
    return this.#check('face', image, 'image/jpeg');
  }

  checkVoice(audio: Uint8Array): Promise<CaptureVerdict> {
    return this.#check('voice', audio, 'audio/wav');
  }

  /** `name`: who will answer. */
  challenge(name: string): Promise<Challenge> {
    const body = { name };
    return this.#ask(Challenge, { method: 'POST', path: '/api/v1/challenges', body, repeatable: true });
  }

  /** One try; not repeated, since its challenge is used up whatever became of it. */
  attempt(attempt: {
    name: string;
    challenge: string;
    faces: readonly Uint8Array[];
    voice: Uint8Array;
  }): Promise<Attempt> {
    const form = recordings(attempt.faces, [attempt.voice]);
    form.append('name', attempt.name);
    form.append('challenge', attempt.challenge);
    return this.#ask(Attempt, { method: 'POST', path: '/api/v1/attempts', body: form, repeatable: false });
  }

  /** A challenge and its answer; both anew when the connection breaks in between or the server forgot. */
  signIn({ name, faces, speak }: SignIn): Promise<Attempt> {
    return this.#transport.persist(async () => {
      const challenge = await this.challenge(name);
      const voice = await speak(challenge.digits);
      try {
        return await this.attempt({ name, challenge: challenge.id, faces, voice });
      } catch (error) {
        if (!(error instanceof UserError) || !/^challenge_(unknown|expired|used)$/.test(error.code))
          throw error;
        throw new UserError({ ...problemOf(error), kind: 'unavailable', cause: error });
      }
    });
  }

  async feedback(attempt: string, outcome: 'genuine' | 'impostor'): Promise<void> {
    const path = `/api/v1/attempts/${encodeURIComponent(attempt)}/feedback`;
    await this.#transport.send({ method: 'POST', path, body: { outcome }, repeatable: true });
  }

  async people(): Promise<readonly Person[]> {
    return (await this.#get(People, '/api/v1/people')).people;
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

  status(): Promise<Status> {
    return this.#get(Status, '/api/v1/status');
  }

  overview(): Promise<Overview> {
    return this.#get(Overview, '/api/v1/overview');
  }

  async runs(): Promise<readonly RunRecord[]> {
    return (await this.#get(Runs, '/api/v1/runs')).runs;
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
      path: '/api/v1/training',
      body: { paused },
      repeatable: true,
    });
  }

  /** The files of a registered version, each checked against its digest. `known`: what need not be sent again. */
  bundle(version: number, known?: (digest: Digest) => Promise<Uint8Array | undefined>): Promise<BundleFiles> {
    return fetchBundle(this.#transport, version, known);
  }

  async models(): Promise<readonly ModelVersion[]> {
    return (await this.#get(Models, '/api/v1/models')).models;
  }

  async releases(): Promise<readonly Release[]> {
    return (await this.#get(Releases, '/api/v1/releases')).releases;
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

function problemOf({ code, message, action, details }: UserError) {
  return { code, message, action, details };
}
