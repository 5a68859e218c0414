import { JoinedPeople } from './joined-people.ts';

/** Comparisons of one item with another, by their places in `items`; arrays of numbers, since there are half a million. */
export interface Trials {
  /** Paths of recordings, below the folder of the data set. */
  readonly items: readonly string[];
  /** Whose each item is: a number for each person. */
  readonly people: Uint32Array;
  readonly enrolled: Uint32Array;
  readonly probe: Uint32Array;
  /** 1 where both are of one person. */
  readonly same: Uint8Array;
  /** The part of the list that a trial stands in, where a protocol has parts. */
  readonly fold: Uint8Array;
}

export class TrialsBuilder {
  readonly #items = new Map<string, number>();
  readonly #enrolled: number[] = [];
  readonly #probe: number[] = [];
  readonly #same: number[] = [];
  readonly #fold: number[] = [];

  add(enrolled: string, probe: string, { same, fold = 0 }: { same: boolean; fold?: number }): void {
    this.#enrolled.push(this.#indexOf(enrolled));
    this.#probe.push(this.#indexOf(probe));
    this.#same.push(Number(same));
    this.#fold.push(fold);
  }

  /** `personOf`: whose an item is, by its path; without it, what matches is one person. */
  build(personOf?: (item: string) => string): Trials {
    const items = [...this.#items.keys()];
    return {
      items,
      people: personOf ? numbered(items.map(personOf)) : this.#joined(),
      enrolled: Uint32Array.from(this.#enrolled),
      probe: Uint32Array.from(this.#probe),
      same: Uint8Array.from(this.#same),
      fold: Uint8Array.from(this.#fold),
    };
  }

  #indexOf(item: string): number {
    const known = this.#items.get(item);
    if (known !== undefined) return known;
    this.#items.set(item, this.#items.size);
    return this.#items.size - 1;
  }

  #joined(): Uint32Array {
    const joined = new JoinedPeople();
    for (const [trial, same] of this.#same.entries())
      if (same) joined.join(this.#enrolled[trial] ?? 0, this.#probe[trial] ?? 0);
    return joined.people(this.#items.size);
  }
}

/** The trials of which both sides are there. */
export function trialsWithout(trials: Trials, missing: ReadonlySet<string>): Trials {
  if (missing.size === 0) return trials;
  const gone = trials.items.map((item) => missing.has(item));
  const isKept = (_: number, trial: number) =>
    !gone[trials.enrolled[trial] ?? 0] && !gone[trials.probe[trial] ?? 0];
  return {
    ...trials,
    enrolled: trials.enrolled.filter(isKept),
    probe: trials.probe.filter(isKept),
    same: trials.same.filter(isKept),
    fold: trials.fold.filter(isKept),
  };
}

/** The items that some trial needs. */
export function itemsIn({ items, enrolled, probe }: Trials): readonly string[] {
  const needed = new Uint8Array(items.length);
  for (const item of enrolled) needed[item] = 1;
  for (const item of probe) needed[item] = 1;
  return items.filter((_, index) => needed[index] === 1);
}

export function genuineIn(same: Uint8Array): number {
  return same.reduce((sum, one) => sum + one, 0);
}

export function numbered(names: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>();
  return Uint32Array.from(names, (name) => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  });
}
