/** Who is who, where a list gives no names: what is listed as the same person, directly or over others, is one. */
export class JoinedPeople {
  readonly #parents: number[] = [];

  join(a: number, b: number): void {
    const [one, other] = [this.#root(a), this.#root(b)];
    if (one !== other) this.#parents[Math.max(one, other)] = Math.min(one, other);
  }

  /** A person for each of the first `count` items; a number stands for each. */
  people(count: number): Uint32Array {
    return Uint32Array.from({ length: count }, (_, item) => this.#root(item));
  }

  #root(item: number): number {
    let root = item;
    for (let parent = this.#parents[root] ?? root; parent !== root; parent = this.#parents[root] ?? root)
      root = parent;
    // Every item on the way is as near to its root the next time.
    for (let at = item; at !== root; ) {
      const next = this.#parents[at] ?? root;
      this.#parents[at] = root;
      at = next;
    }
    return root;
  }
}
