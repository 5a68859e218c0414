import type { CreationOptions, RequestOptions } from '../ways-in/passkey-options.ts';
import { Authenticator, type Deviation } from './authenticator.ts';
import type { TestServer } from './test-server.ts';
import {
  type AskedNewcomer,
  answerForm,
  type GivenChallenge,
  liveEnrolment,
  type Visitor,
} from './visitors.ts';

/** A browser that keeps its cookies, with an authenticator. */
export class Visit {
  readonly cookies = new Map<string, string>();
  readonly authenticator: Authenticator;
  readonly #server: TestServer;

  constructor(server: TestServer, authenticator = new Authenticator()) {
    this.#server = server;
    this.authenticator = authenticator;
  }

  async send(method: string, path: string, body?: unknown): Promise<Response> {
    const isForm = body instanceof FormData;
    const response = await this.#server.app.request(`/api/v1/${path}`, {
      method,
      headers: {
        ...(this.cookies.size > 0
          ? { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }
          : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '' || /max-age=0\b/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await this.send(method, path, body)).json();
  }

  session() {
    return this.json<{ person: { id: string; name: string } | null; amr: string[]; next: string | null }>(
      'GET',
      'session',
    );
  }

  /** Becomes a member without face and voice; signs in with the passkey. */
  async join(name: string): Promise<{ id: string; name: string }> {
    const { options } = await this.json<{ options: CreationOptions }>('POST', 'joining/options', { name });
    const credential = this.authenticator.create(options);
    const member = { name, consent: true, credential };
    const joined = await this.json<{ id: string; name: string }>('POST', 'joining/verify', member);
    await this.signInByPasskey({ name });
    return joined;
  }

  /** Turns the head as asked and says the digits. */
  async showFaceAndVoice(by: Visitor, as = by.name): Promise<Response> {
    const challenge = await this.json<GivenChallenge>('POST', 'challenges', { name: as });
    const film = await by.film(challenge.digits, challenge.turn);
    return this.send('POST', 'attempts', answerForm({ name: as, challenge: challenge.id }, by, film));
  }

  /** Enrols as somebody who is there. */
  async enrolAs(by: Visitor): Promise<{ id: string; name: string }> {
    const asked = await this.json<AskedNewcomer>('POST', 'challenges', { purpose: 'enrolment' });
    return this.json('POST', 'people', await liveEnrolment(by, asked));
  }

  /** Turns the head to both sides and says what is asked for. */
  async enrolFaceAndVoice(by: Visitor, id: string): Promise<Response> {
    const asked = await this.json<AskedNewcomer>('POST', 'challenges', { purpose: 'enrolment' });
    return this.send('POST', `people/${id}/face-and-voice`, await liveEnrolment(by, asked));
  }

  /** As after an accepted attempt, where the attempt itself is for another test: to film one takes seconds. */
  async enterByFaceAndVoice(person: { id: string; name: string }): Promise<void> {
    const { entrance } = this.#server.services.waysIn;
    const door = { session: this.cookies.get('visavox_session'), device: this.cookies.get('visavox_device') };
    const shown = { way: 'face_and_voice', amr: ['face', 'vbm'] } as const;
    const { session, device } = await entrance.letIn(door, shown, async () => person);
    this.cookies.set('visavox_session', session).set('visavox_device', device);
  }

  async addPasskey(name = 'Telephone', deviation: Deviation = {}): Promise<Response> {
    const begun = await this.send('POST', 'passkeys/registration/options');
    if (!begun.ok) return begun;
    const { options }: { options: CreationOptions } = await begun.json();
    const credential = this.authenticator.create(options, deviation);
    return this.send('POST', 'passkeys/registration/verify', { credential, name });
  }

  async passkeyOptions(wish: { name?: string } = {}): Promise<RequestOptions> {
    const begun = await this.json<{ options: RequestOptions }>(
      'POST',
      'passkeys/authentication/options',
      wish,
    );
    return begun.options;
  }

  async signInByPasskey(wish: { name?: string } = {}, deviation: Deviation = {}): Promise<Response> {
    const credential = this.authenticator.get(await this.passkeyOptions(wish), deviation);
    return this.send('POST', 'passkeys/authentication/verify', { credential });
  }
}
