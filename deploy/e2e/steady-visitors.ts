import type { VisavoxClient } from '@visavox/client/client';
import { messageOf, UserError } from '@visavox/core/errors';
import { type SyntheticPerson, syntheticPerson } from '@visavox/recognition/synthetic/person';

export interface Visits {
  readonly signedIn: number;
  readonly refused: number;
  /** Requests that got no decision, and when. */
  readonly failures: readonly { readonly at: number; readonly reason: string }[];
}

/** Somebody who signs in again and again, as long as the test lasts, and remembers what went wrong. */
export class SteadyVisitor {
  readonly #client: VisavoxClient;
  readonly #person: SyntheticPerson;
  readonly #name: string;
  readonly #failures: { at: number; reason: string }[] = [];
  #signedIn = 0;
  #refused = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  /** `client` without patience: a request that fails is one that failed. */
  constructor(client: VisavoxClient, index: number) {
    this.#client = client;
    this.#person = syntheticPerson(4600, index);
    this.#name = `steady visitor ${index}`;
  }

  async enrol(): Promise<void> {
    const faces = await Promise.all([1, 2, 3].map((shot) => this.#person.face(shot)));
    const voices = ['0123', '4567', '8901'].map((digits, take) => this.#person.utterance(digits, take));
    await this.#client.enrol({ name: this.#name, faces, voices });
  }

  start(): void {
    this.#running = this.#visit();
  }

  async stop(): Promise<Visits> {
    this.#stopped = true;
    await this.#running;
    return { signedIn: this.#signedIn, refused: this.#refused, failures: this.#failures };
  }

  async #visit(): Promise<void> {
    const occasions = await Promise.all(
      [11, 12, 13].map(async (shot) => [await this.#person.face(shot), await this.#person.face(shot + 20)]),
    );
    for (let turn = 0; !this.#stopped; turn++) {
      const faces = occasions[turn % occasions.length] ?? [];
      try {
        const { decision } = await this.#client.signIn({
          name: this.#name,
          faces,
          speak: (digits) => this.#person.utterance(digits, turn),
        });
        if (decision === 'accept') this.#signedIn++;
        else this.#refused++;
      } catch (error) {
        const code = error instanceof UserError ? `${error.code}: ` : '';
        this.#failures.push({ at: Date.now(), reason: code + messageOf(error) });
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  }
}
