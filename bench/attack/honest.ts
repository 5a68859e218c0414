import { type Actor, attemptForm, isLetIn, requireStatus } from './actor.ts';
import type { Answer } from './browser.ts';

interface Visits {
  tries: number;
  refused: number;
  readonly milliseconds: number[];
}

/** Somebody who signs in as people do, from a device of her own, before and during the attacks. */
export class Honest {
  readonly actor: Actor;
  readonly #log: (text: string) => void;
  readonly #before: Visits = none();
  readonly #during: Visits = none();

  constructor(actor: Actor, log: (text: string) => void) {
    this.actor = actor;
    this.#log = log;
  }

  async enrol(): Promise<void> {
    requireStatus(await this.actor.enrol(), 201, 'an honest enrolment');
  }

  /** One visit, with a second try where the first one is refused, as people do; how long the last answer took. */
  async visit(when: 'before' | 'during'): Promise<number> {
    const visits = when === 'before' ? this.#before : this.#during;
    visits.tries++;
    let answer = await this.#attempt();
    if (answer && !isLetIn(answer)) answer = await this.#attempt();
    if (answer && isLetIn(answer)) visits.milliseconds.push(answer.milliseconds);
    else {
      visits.refused++;
      this.#log(
        `  the honest visitor was refused: ${answer?.text.slice(0, 200) ?? 'no challenge was given'}`,
      );
    }
    return answer?.milliseconds ?? 0;
  }

  /** Null where not even a challenge was given. Filming is no part of the time. */
  async #attempt(): Promise<Answer | null> {
    const { actor } = this;
    const challenge = await actor.challenge(actor.name);
    if ('status' in challenge) return null;
    const form = attemptForm({ name: actor.name, challenge: challenge.id }, await actor.film(challenge));
    return actor.browser.call('/api/v1/attempts', { form });
  }

  figures(): { tries: number; refused: number; p99Ms: { before: number | null; during: number | null } } {
    const [before, during] = [this.#before, this.#during];
    return {
      tries: before.tries + during.tries,
      refused: before.refused + during.refused,
      p99Ms: { before: quantile(before.milliseconds, 0.99), during: quantile(during.milliseconds, 0.99) },
    };
  }
}

function none(): Visits {
  return { tries: 0, refused: 0, milliseconds: [] };
}

export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}
