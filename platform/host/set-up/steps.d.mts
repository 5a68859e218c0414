/** Something that is set up once on a machine. */
export interface SetUpStep {
  readonly name: string;
  /** How much it is, for whoever waits. */
  readonly hint: string;
  /** Where its stamp is kept, where not in the folder of set-up. */
  readonly stampFolder?: string;
  /** A digest of what it is made from. */
  readonly stamp: () => string;
  /** Whether what it makes is there, from whatever it was made. */
  readonly present: () => boolean;
  readonly run: (log: unknown) => Promise<unknown>;
}

/** What went wrong, and what to do. */
export class SetUpError extends Error {
  readonly action: string;
  /** The last of what the program that failed said. */
  readonly output: string;
}

export function setUp(
  folder: string,
  steps: readonly SetUpStep[],
  options?: { readonly quiet?: boolean },
): Promise<string[]>;
export function isDone(folder: string, step: SetUpStep): boolean;
