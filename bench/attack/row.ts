import type { Actor } from './actor.ts';
import type { Browser } from './browser.ts';
import type { Honest } from './honest.ts';

/** What came of an attack: `successes` of `tries` reached what the attacker wants. */
export interface Outcome {
  readonly tries: number;
  readonly successes: number;
  /** Where the figures are of several corpora. */
  readonly parts?: Readonly<Record<string, { readonly tries: number; readonly successes: number }>>;
  /** What else there is to say. */
  readonly note?: string;
}

/** Where attacks take place. */
export interface Stage {
  readonly url: string;
  /** Somebody who was never here; another number, another person. */
  actor(index: number, options?: { address?: string }): Actor;
  /** Enrolled live, signed in once, at a device of her own; nothing of an attack may reach her. */
  readonly honest: Honest;
  /** Recordings of real people, or none. */
  readonly data: string | undefined;
  /** An operator's program. */
  operator(path: string, call?: Parameters<Browser['call']>[1]): ReturnType<Browser['call']>;
  /** As who runs the service on its machine: the operator's token is replaced. */
  rotateToken(): Promise<void>;
  readonly token: () => string;
  readonly log: (text: string) => void;
}

export interface Row {
  readonly attack: string;
  /** What a success is. */
  readonly aim: string;
  readonly run: (stage: Stage) => Promise<Outcome>;
}
