import { z } from 'zod';
import { Digest, digestOfJson } from './digest.ts';

/** What is written before something is done, and what came of it. */
export const AuditOutcome = z.enum(['asked', 'done', 'refused']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** Who did what, on what, why and from where; never a secret, nor the body of a request. */
export const AuditEvent = z.object({
  /** The name of a user, or what acts without one. */
  by: z.string(),
  role: z.string().nullable(),
  /** `run.submit`, `release.promote`, … */
  action: z.string(),
  /** `run:ID`, `release:ID`, `user:NAME`, …; null where it has no name yet. */
  target: z.string().nullable(),
  outcome: AuditOutcome,
  /** What the person said why; of a refusal its code. */
  reason: z.string().nullable(),
  /** The network of the caller. */
  network: z.string().nullable(),
  request: z.string().nullable(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** `digest` is of everything else in it, and so of the digest of the entry before it. */
export const AuditEntry = AuditEvent.extend({
  /** 1, 2, 3, … without a gap. */
  position: z.number().int().positive(),
  at: z.string(),
  previous: Digest.nullable(),
  digest: Digest,
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Where the chain ends. */
export const AuditHead = z.object({ position: z.number().int().nonnegative(), digest: Digest.nullable() });
export type AuditHead = z.infer<typeof AuditHead>;

export function chained(event: AuditEvent, at: string, { position, digest }: AuditHead): AuditEntry {
  const entry = { ...event, position: position + 1, at, previous: digest };
  return { ...entry, digest: digestOfJson(entry) };
}

export const AuditFault = z.object({
  position: z.number().int(),
  /** `differs`: another entry stood here when the head was noted. `unsealed`: it was added past the seal. */
  fault: z.enum(['changed', 'missing', 'out_of_order', 'cut_off', 'differs', 'seal_broken', 'unsealed']),
});
export type AuditFault = z.infer<typeof AuditFault>;

const mostFaults = 20;

/** Follows the entries from the first one on, and remembers what does not fit. */
export class ChainCheck {
  readonly faults: AuditFault[] = [];
  readonly #known: readonly AuditHead[];
  #head: AuditHead = { position: 0, digest: null };
  entries = 0;

  /** `known`: heads that were noted earlier, where nobody can write who could change the log. */
  constructor(known: readonly AuditHead[] = []) {
    this.#known = known;
  }

  get head(): AuditHead {
    return this.#head;
  }

  add(entry: AuditEntry): void {
    this.entries++;
    const { digest, ...content } = entry;
    const { position } = this.#head;
    if (entry.position <= position) this.fault(entry.position, 'out_of_order');
    else if (entry.position !== position + 1) this.fault(position + 1, 'missing');
    else if (entry.previous !== this.#head.digest) this.fault(entry.position, 'out_of_order');
    if (digestOfJson(content) !== digest) this.fault(entry.position, 'changed');
    if (this.#known.some((known) => known.position === entry.position && known.digest !== digest))
      this.fault(entry.position, 'differs');
    this.#head = { position: entry.position, digest };
  }

  /** After the last one. */
  end(): void {
    const last = Math.max(0, ...this.#known.map(({ position }) => position));
    if (this.#head.position < last) this.fault(this.#head.position + 1, 'cut_off');
  }

  fault(position: number, fault: AuditFault['fault']): void {
    if (this.faults.length < mostFaults) this.faults.push({ position, fault });
  }
}
