import { UserError } from '@visavox/core/errors';
import type { ClientNetwork } from './client-network.ts';

export interface BodyLimits {
  /** Bytes of all bodies at once, those that are being worked on included; half of it for one network. */
  readonly heldBytes: number;
  /** A body that has not come by then is slow. */
  readonly slowAfterMs: number;
  /** What a slow body has to bring since its first byte. */
  readonly bytesPerSecond: number;
  readonly deadlineMs: number;
  /** Slow bodies of one network; the slowest goes when there are more. */
  readonly slowOfOneNetwork: number;
}

export const bodyLimits: BodyLimits = {
  heldBytes: 256 << 20,
  slowAfterMs: 4000,
  bytesPerSecond: 2000,
  deadlineMs: 120_000,
  slowOfOneNetwork: 8,
};

/** HTTP alone knows this fault, so it is none of the platform's kinds. */
export class BodyTooSlow extends Error {
  override readonly name = 'BodyTooSlow';
}

/** Nobody is there any more to be told anything. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

interface Arriving {
  readonly network: ClientNetwork;
  readonly since: number;
  bytes: number;
  giveUp: () => void;
}

const lookEveryMs = 1000;

/** The bodies of requests, read before anything else is done for them: who sends slowly makes nobody wait. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #arriving = new Set<Arriving>();
  readonly #held = new Map<ClientNetwork, number>();
  #heldByAll = 0;

  constructor(limits: BodyLimits = bodyLimits) {
    this.#limits = limits;
  }

  /** `expected`: its length, where it is told. `release` gives the memory to others again. */
  async read(
    body: ReadableStream<Uint8Array>,
    { network, expected }: { network: ClientNetwork; expected: number | undefined },
  ): Promise<{ bytes: Uint8Array<ArrayBuffer>; release: () => void }> {
    const hold = new Hold((bytes) => this.#hold(network, bytes));
    const arriving: Arriving = { network, since: performance.now(), bytes: 0, giveUp: () => undefined };
    const tooSlow = new Promise<never>((_, fail) => {
      arriving.giveUp = () => fail(new BodyTooSlow('the body comes too slowly'));
    });
    const timer = setInterval(() => this.#look(arriving), lookEveryMs);
    this.#arriving.add(arriving);
    const reader = body.getReader();
    const chunks: Uint8Array[] = [];
    try {
      this.#requireRoom(network, expected ?? 0);
      for (;;) {
        const { done, value } = await Promise.race([nextOf(reader), tooSlow]);
        if (done) break;
        this.#requireRoom(network, value.length);
        hold.add(value.length);
        arriving.bytes += value.length;
        chunks.push(value);
      }
      return { bytes: joined(chunks, arriving.bytes), release: () => hold.release() };
    } catch (error) {
      hold.release();
      throw error;
    } finally {
      clearInterval(timer);
      this.#arriving.delete(arriving);
    }
  }

  #look(arriving: Arriving): void {
    const { slowAfterMs, bytesPerSecond, deadlineMs } = this.#limits;
    const lasted = performance.now() - arriving.since;
    if (lasted < slowAfterMs) return;
    if (lasted > deadlineMs || arriving.bytes < (bytesPerSecond * lasted) / 1000) arriving.giveUp();
    else this.#limitTheSlow(arriving.network);
  }

  #limitTheSlow(network: ClientNetwork): void {
    const { slowAfterMs, slowOfOneNetwork } = this.#limits;
    const now = performance.now();
    const rate = ({ bytes, since }: Arriving) => bytes / (now - since);
    const slow = [...this.#arriving].filter(
      (other) => other.network === network && now - other.since >= slowAfterMs,
    );
    if (slow.length <= slowOfOneNetwork) return;
    slow.reduce((a, b) => (rate(b) < rate(a) ? b : a)).giveUp();
  }

  #requireRoom(network: ClientNetwork, bytes: number): void {
    const { heldBytes } = this.#limits;
    const own = this.#held.get(network) ?? 0;
    if (this.#heldByAll + bytes <= heldBytes && own + bytes <= heldBytes / 2) return;
    throw new UserError({
      kind: 'unavailable',
      code: 'busy',
      message: 'too much is being sent at once',
      action: 'Try again in a few seconds.',
      details: { retryAfterSeconds: 3 },
    });
  }

  #hold(network: ClientNetwork, bytes: number): void {
    const own = (this.#held.get(network) ?? 0) + bytes;
    if (own === 0) this.#held.delete(network);
    else this.#held.set(network, own);
    this.#heldByAll += bytes;
  }
}

async function nextOf(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    // What a limit on the way throws is its own to say.
    if (cause instanceof UserError) throw cause;
    throw new ClientGone('the connection ended before the request did', { cause });
  }
}

/** Bytes that are taken once and given back once. */
class Hold {
  readonly #count: (bytes: number) => void;
  #bytes = 0;

  constructor(count: (bytes: number) => void) {
    this.#count = count;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.#count(bytes);
  }

  release(): void {
    this.#count(-this.#bytes);
    this.#bytes = 0;
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(new ArrayBuffer(length));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
