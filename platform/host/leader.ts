import { createHmac } from 'node:crypto';
import type { ControlState } from '@visavox/control/controller-resources';
import { z } from 'zod';

const key = 'leader';
const Announced = z.object({ url: z.string() });

/** Which process leads, as the others find it: in the database that they share. */
export class Leader {
  readonly #state: ControlState;
  readonly #leads: () => boolean;
  readonly #key: Uint8Array;

  /** `key`: the same in every process of this installation. */
  constructor(resources: { state: ControlState; leads: () => boolean; key: Uint8Array }) {
    this.#key = resources.key;
    this.#state = resources.state;
    this.#leads = resources.leads;
  }

  /** Whether it is this process. */
  get here(): boolean {
    return this.#leads();
  }

  seal(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }

  /** Of the process that announced itself last; it may have gone. */
  async url(): Promise<string | undefined> {
    return Announced.safeParse(await this.#state.get(key)).data?.url;
  }

  announce(url: string): Promise<void> {
    return this.#state.set(key, { url });
  }
}
