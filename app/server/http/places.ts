import { AsyncLocalStorage } from 'node:async_hooks';
import { SystemError, UserError } from '@visavox/core/errors';

export interface Asking {
  /** Whose share it takes: a network, or the operator. */
  readonly client: string;
  /** Requests of one kind take about as long as each other. */
  readonly kind: string;
}

/** A request from its first byte to its answer. */
export interface Turn {
  /** Resolves when there is a place for it; throws `busy` where it would not be answered in time after all. */
  enter(): Promise<void>;
  /** May be called at any time, more than once. What failed says nothing of how long its kind takes. */
  leave(outcome?: { failed: boolean }): void;
  /** Runs the work, during which the place is somebody else's. */
  aside<T>(work: () => Promise<T>): Promise<T>;
}

interface Item extends Asking {
  /** In units of the time that this client has had; the smallest goes first. */
  readonly tag: number;
  readonly charged: number;
  readonly announcedAt: number;
  state: 'announced' | 'waiting' | 'inside' | 'aside' | 'returning' | 'gone';
  waitingSince: number;
  enteredAt: number;
  spentMs: number;
  admit: () => void;
  refuse: (error: unknown) => void;
}

export interface PlacesOptions {
  /** How many work at once. */
  readonly atOnce: number;
  /** How many of these one client may have: there is always one for somebody else. */
  readonly ofOneClient?: number;
  /** Who would have to wait longer for a place is told at once to come again. */
  readonly waitAtMostMs?: number;
  /** Milliseconds. */
  readonly clock?: () => number;
}

/** Until requests of a kind were measured. */
const firstGuessMs = 300;
/** How much the last request says about the next. */
const weight = 0.2;
/** A body that takes longer to arrive is not expected any more: it may never come. */
const expectedForMs = 1000;
/** Who was let in is not turned away for a slightly longer wait than was expected. */
const leniency = 1.5;

const rememberedClients = 1000;

const current = new AsyncLocalStorage<Turn>();

/**
 * Lets a few requests work at once. Those that wait are served by how much of the time each client had
 * (start-time fair queueing, Goyal, Vin and Cheng 1996), and who cannot be served in time is told so at once.
 */
export class Places {
  readonly #atOnce: number;
  readonly #ofOneClient: number;
  readonly #waitAtMostMs: number;
  readonly #clock: () => number;
  readonly #items = new Set<Item>();
  readonly #costs = new Map<string, number>();
  /** Until which tag each client has had its time. */
  readonly #served = new Map<string, number>();
  #virtualTime = 0;

  constructor({
    atOnce,
    ofOneClient = Math.max(1, atOnce - 1),
    waitAtMostMs = 2000,
    clock = () => performance.now(),
  }: PlacesOptions) {
    this.#atOnce = atOnce;
    this.#ofOneClient = ofOneClient;
    this.#waitAtMostMs = waitAtMostMs;
    this.#clock = clock;
  }

  /** Throws `busy` at once where a request of which the rest is still to come could not be answered in time. */
  announce(asking: Asking): Turn {
    const item = this.#enlist(asking);
    const wait = this.#waits().get(item) ?? 0;
    if (wait > this.#waitAtMostMs) {
      this.#giveUp(item);
      throw busy(wait - this.#waitAtMostMs);
    }
    this.#refuseTheLate();
    return {
      enter: () => this.#enter(item),
      leave: ({ failed } = { failed: false }) => this.#leave(item, failed),
      aside: (work) => this.#aside(item, work),
    };
  }

  /** What is done within can reach its turn by {@link aside}. */
  inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    return current.run(turn, work);
  }

  /** Runs the work while the place of whoever calls is somebody else's. */
  aside<T>(work: () => Promise<T>): Promise<T> {
    return current.getStore()?.aside(work) ?? work();
  }

  #enlist({ client, kind }: Asking): Item {
    const now = this.#clock();
    const tag = Math.max(this.#virtualTime, this.#served.get(client) ?? 0);
    const charged = this.#cost(kind);
    this.#served.set(client, tag + charged);
    if (this.#served.size > rememberedClients) this.#forgetClients();
    const item: Item = {
      ...{ client, kind, tag, charged, state: 'announced', spentMs: 0, enteredAt: 0 },
      ...{ announcedAt: now, waitingSince: now, admit: () => undefined, refuse: () => undefined },
    };
    this.#items.add(item);
    return item;
  }

  async #enter(item: Item): Promise<void> {
    if (item.state !== 'announced') throw new SystemError(`a turn cannot be entered that is ${item.state}`);
    item.state = 'waiting';
    item.waitingSince = this.#clock();
    const wait = this.#waits().get(item) ?? 0;
    if (wait > this.#waitAtMostMs * leniency) {
      this.#giveUp(item);
      throw busy(wait - this.#waitAtMostMs);
    }
    await this.#wait(item);
  }

  async #aside<T>(item: Item, work: () => Promise<T>): Promise<T> {
    if (item.state !== 'inside') return work();
    this.#spend(item);
    item.state = 'aside';
    this.#admitNext();
    try {
      return await work();
    } finally {
      // Whoever went away meanwhile has no use for a place.
      if (item.state === 'aside') {
        item.state = 'returning';
        await this.#wait(item);
      }
    }
  }

  #wait(item: Item): Promise<void> {
    return new Promise((admit, refuse) => {
      item.admit = admit;
      item.refuse = refuse;
      this.#admitNext();
    });
  }

  #leave(item: Item, failed: boolean): void {
    if (item.state === 'gone') return;
    if (item.state === 'inside') {
      this.#spend(item);
      if (!failed) this.#costs.set(item.kind, this.#cost(item.kind) * (1 - weight) + item.spentMs * weight);
      this.#drop(item);
    } else this.#giveUp(item);
    this.#admitNext();
  }

  #spend(item: Item): void {
    item.spentMs += this.#clock() - item.enteredAt;
  }

  /** It takes none of its client's time. */
  #giveUp(item: Item): void {
    const served = this.#served.get(item.client);
    if (served !== undefined) this.#served.set(item.client, served - item.charged);
    this.#drop(item);
  }

  #drop(item: Item): void {
    item.state = 'gone';
    this.#items.delete(item);
    if (this.#items.size > 0) return;
    this.#served.clear();
    this.#virtualTime = 0;
  }

  #admitNext(): void {
    for (;;) {
      const inside = [...this.#items].filter(({ state }) => state === 'inside');
      if (inside.length >= this.#atOnce) return;
      const held = (client: string) => inside.filter((item) => item.client === client).length;
      const [next] = this.#order().filter(
        ({ state, client }) => state !== 'announced' && held(client) < this.#ofOneClient,
      );
      if (!next) return;
      if (next.state === 'waiting' && this.#isLate(next)) this.#refuse(next, 0);
      else this.#let(next);
    }
  }

  #let(item: Item): void {
    item.state = 'inside';
    item.enteredAt = this.#clock();
    this.#virtualTime = Math.max(this.#virtualTime, item.tag);
    item.admit();
  }

  #isLate({ waitingSince }: Item): boolean {
    return this.#clock() - waitingSince > this.#waitAtMostMs * leniency;
  }

  /** Those who come first: who was inside already, then by tag. */
  #order(): Item[] {
    const waiting = [...this.#items].filter(
      ({ state }) => state === 'announced' || state === 'waiting' || state === 'returning',
    );
    const rank = ({ state }: Item) => (state === 'returning' ? 0 : 1);
    return waiting.sort((a, b) => rank(a) - rank(b) || a.tag - b.tag);
  }

  /** How long each would have to wait for a place, in milliseconds from now, if all took as long as their kind does. */
  #waits(): Map<Item, number> {
    const now = this.#clock();
    const inside = [...this.#items].filter(({ state }) => state === 'inside');
    const free = inside.map(({ kind, enteredAt }) => {
      const taken = now - enteredAt;
      // What takes longer than its kind goes on for a while.
      return Math.max(this.#cost(kind) - taken, taken / 4);
    });
    while (free.length < this.#parallel()) free.push(0);
    const waits = new Map<Item, number>();
    for (const item of this.#order()) {
      free.sort((a, b) => a - b);
      const wait = free[0] ?? 0;
      waits.set(item, wait);
      if (item.state !== 'announced' || now - item.announcedAt < expectedForMs)
        free[0] = wait + this.#cost(item.kind);
    }
    return waits;
  }

  #parallel(): number {
    const clients = new Set([...this.#items].map(({ client }) => client));
    return clients.size > 1 ? this.#atOnce : this.#ofOneClient;
  }

  /** Those whose time is used up are like new ones. */
  #forgetClients(): void {
    for (const [client, tag] of this.#served) if (tag <= this.#virtualTime) this.#served.delete(client);
  }

  /** Another client's request goes before the last ones of a client with many. */
  #refuseTheLate(): void {
    for (const [item, wait] of this.#waits())
      if (item.state === 'waiting' && wait > this.#waitAtMostMs * leniency)
        this.#refuse(item, wait - this.#waitAtMostMs);
  }

  #refuse(item: Item, laterByMs: number): void {
    this.#giveUp(item);
    item.refuse(busy(laterByMs));
  }

  #cost(kind: string): number {
    return this.#costs.get(kind) ?? firstGuessMs;
  }
}

function busy(laterByMs: number): UserError {
  // Not everybody at the same moment again.
  const retryAfterSeconds = Math.min(30, 1 + Math.ceil(laterByMs / 1000 + Math.random() * 4));
  return new UserError({
    kind: 'unavailable',
    code: 'busy',
    message: 'too many people are being served at once',
    action: 'Try again in a few seconds.',
    details: { retryAfterSeconds },
  });
}
