/** Work that several ask for at the same time and that is done once: what came of it is kept by key until it is forgotten. */
export class SharedWork<Key, Result> {
  readonly #known = new Map<Key, Promise<Result>>();

  /** What failed is forgotten, so that whoever asks next has it done anew. */
  of(key: Key, work: () => Promise<Result>): Promise<Result> {
    const known = this.#known.get(key);
    if (known) return known;
    const working = work();
    this.#known.set(key, working);
    working.catch(() => {
      if (this.#known.get(key) === working) this.#known.delete(key);
    });
    return working;
  }

  keys(): readonly Key[] {
    return [...this.#known.keys()];
  }

  /** What was kept, if there was something. */
  forget(key: Key): Promise<Result> | undefined {
    const known = this.#known.get(key);
    this.#known.delete(key);
    return known;
  }
}
