import { SystemError } from '@visavox/core/errors';
import type { Turn } from '@visavox/recognition/signals/head';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';
import { type FilmedAnswer, Sitting } from '@visavox/recognition/synthetic/sitting';
import { z } from 'zod';
import { type Answer, Browser } from './browser.ts';

export const Challenge = z.object({
  id: z.string(),
  digits: z.string(),
  turn: z.enum(['left', 'right']).nullable(),
});
export type Challenge = z.infer<typeof Challenge>;
const EnrolmentChallenge = z.object({
  id: z.string(),
  prompts: z.array(z.string()),
  turns: z.array(z.enum(['left', 'right'])),
});

/** What somebody sends to sign in. */
export interface Sent extends FilmedAnswer {
  readonly faces: readonly Uint8Array[];
}

/** People of the attacks; nothing was chosen on them. */
const seed = 66_000;

/** A rendered person with a browser, who does what a page asks: an honest visitor, or a stranger. */
export class Actor {
  readonly person: SyntheticPerson;
  readonly browser: Browser;
  #take = 0;

  constructor(server: string, index: number, { address }: { address?: string } = {}) {
    this.person = syntheticPerson(seed, index);
    this.browser = new Browser(server, address);
  }

  get name(): string {
    return this.person.name;
  }

  /** The same person at another computer. */
  elsewhere(server: string, address?: string): Actor {
    const index = this.person.index;
    const same = new Actor(server, index, address === undefined ? {} : { address });
    same.#take = this.#take + 500;
    return same;
  }

  /** Before the camera, as the enrolment page asks. */
  async enrol(
    as = this.name,
    change: (parts: EnrolmentParts) => EnrolmentParts | Promise<EnrolmentParts> = (parts) => parts,
  ): Promise<Answer> {
    const asked = await this.browser.call('/api/v1/challenges', { json: { purpose: 'enrolment', name: as } });
    const challenge = EnrolmentChallenge.parse(asked.body);
    const parts = await change(await this.enrolmentParts(challenge));
    return this.browser.call('/api/v1/people', {
      form: enrolmentForm({ name: as, challenge: challenge.id }, parts),
    });
  }

  async enrolmentParts({
    prompts,
    turns,
  }: Omit<z.infer<typeof EnrolmentChallenge>, 'id'>): Promise<EnrolmentParts> {
    const sitting = new Sitting(this.person, this.#next());
    const faces = [];
    for (let take = 0; take < 3; take++) faces.push(await sitting.photograph({ take }));
    const voices = prompts.map((digits) => this.person.utterance(digits, this.#next()));
    return { faces, voices, turns: await sitting.turns(turns, { take: 0 }) };
  }

  async challenge(as: string): Promise<Challenge | Answer> {
    const asked = await this.browser.call('/api/v1/challenges', { json: { name: as } });
    return asked.status === 201 ? Challenge.parse(asked.body) : asked;
  }

  /** Comes before the camera and answers; `say`: other digits than those that are asked for. */
  async film({ digits, turn }: { digits: string; turn: Turn | null }): Promise<Sent> {
    const sitting = new Sitting(this.person, this.#next());
    const answer = await sitting.answer(digits, { turn, take: 0 });
    return {
      ...answer,
      faces: [await sitting.photograph({ take: 0 }), await sitting.photograph({ take: 1 })],
    };
  }

  /** One try to sign in under a name. `prepare`: what is sent, when that is not what this person honestly does. */
  async signIn(
    as = this.name,
    prepare: (challenge: Challenge) => Promise<Sent> = (challenge) => this.film(challenge),
  ): Promise<Answer> {
    const challenge = await this.challenge(as);
    if ('status' in challenge) return challenge;
    const form = attemptForm({ name: as, challenge: challenge.id }, await prepare(challenge));
    return this.browser.call('/api/v1/attempts', { form });
  }

  #next(): number {
    this.#take += 1;
    return this.#take;
  }
}

export interface EnrolmentParts {
  readonly faces: readonly Uint8Array[];
  readonly voices: readonly Uint8Array[];
  readonly turns: { readonly frames: readonly Uint8Array[]; readonly times: readonly number[] };
}

export function enrolmentForm(fields: Record<string, string>, parts: EnrolmentParts): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ consent: 'true', ...fields })) form.set(name, value);
  append(form, 'face', parts.faces, 'image/jpeg');
  append(form, 'voice', parts.voices, 'audio/wav');
  append(form, 'frame', parts.turns.frames, 'image/jpeg');
  if (parts.turns.frames.length > 0) form.set('frameTimes', parts.turns.times.join(','));
  return form;
}

export function attemptForm(fields: Record<string, string>, sent: Sent): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  append(form, 'face', sent.faces, 'image/jpeg');
  append(form, 'voice', [sent.voice], 'audio/wav');
  append(form, 'frame', sent.frames, 'image/jpeg');
  if (sent.frames.length > 0) form.set('frameTimes', sent.times.join(','));
  return form;
}

function append(form: FormData, name: string, files: readonly Uint8Array[], type: string): void {
  for (const bytes of files) form.append(name, new Blob([bytes.slice()], { type }), name);
}

/** Whether somebody was let in: an accepted attempt with a session. */
export function isLetIn(answer: Answer): boolean {
  const cookies = [answer.headers['set-cookie'] ?? []].flat();
  const session = cookies.some((cookie) => /^(__Host-)?visavox_session=[^;]/.test(cookie));
  return answer.status === 200 && answer.body?.decision === 'accept' && session;
}

/** What an attack stands on has to work, or it shows nothing. */
export function requireStatus(answer: Answer, status: number, what: string): Answer {
  if (answer.status !== status)
    throw new SystemError(`${what} was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
  return answer;
}
