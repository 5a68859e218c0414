/** The others' search in one process, beside ours as it is. Not part of what is typed. */
export const aloneSweep = 'sweep of 8, theirs in one process';

/** What is measured, in its order. */
export const works = [
  'import of 10,000 files',
  'import of one 2 GB file',
  'chain of 5',
  'fan-out of 20',
  'sweep of 8',
  aloneSweep,
  'training',
  'registering',
  'serving, from cold',
  'reproducing',
] as const;
export type Work = (typeof works)[number];

/** One side: her project, the services that she keeps running, and what she types for each work. */
export interface Side {
  readonly name: string;
  /** Lines that she types once. */
  readonly setUp: readonly string[];
  /** What runs all the time for it: their CPU time is counted as well. */
  readonly services: readonly number[];
  /** Lines that she typed in the last round, by work. */
  readonly typed: ReadonlyMap<Work, readonly string[]>;
  /** Does it once; `prepare` was called before with the same round. Returns processes that are its own and still run. */
  do(work: Work, round: number): Promise<readonly number[]>;
  /** What is not measured: fresh data, and ending what is left of the work before. */
  prepare(work: Work, round: number): Promise<void>;
  close(): Promise<void>;
}

/** What both are given. */
export interface Ground {
  /** Where everything is. */
  readonly folder: string;
  /** The environment of Python that both work in. */
  readonly python: string;
  /** Makes the data of a round at a path. */
  readonly data: {
    small(round: number, folder: string): void;
    large(round: number, file: string): Promise<void>;
  };
  /** CSV files of digits, of which the model is made. */
  readonly digits: string;
}

/** What the model is asked: one row of pixels. */
export const pixels: readonly number[] = Array.from({ length: 24 }, (_, index) => (index % 3) / 2);

export const epochsOf = (round: number) => 20 + round;
