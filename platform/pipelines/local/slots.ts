/** So many cores; tasks take theirs in the order in which they came. */
export class Slots {
  readonly #size: number;
  #free: number;
  readonly #queue: { readonly weight: number; readonly grant: () => void }[] = [];

  constructor(size: number) {
    this.#size = size;
    this.#free = size;
  }

  /** Waits for cores and answers what gives them back. A task that wants more than there are takes all. */
  async acquire(cores: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const weight = Math.min(cores, this.#size);
    if (this.#queue.length > 0 || this.#free < weight)
      await new Promise<void>((resolve, reject) => {
        const entry = { weight, grant: resolve };
        this.#queue.push(entry);
        signal.addEventListener(
          'abort',
          () => {
            const index = this.#queue.indexOf(entry);
            if (index === -1) return;
            this.#queue.splice(index, 1);
            reject(signal.reason);
            this.#grant();
          },
          { once: true },
        );
      });
    else this.#free -= weight;
    return this.#release(weight);
  }

  /** For a task that runs already: takes its cores even where none are free. */
  take(cores: number): () => void {
    const weight = Math.min(cores, this.#size);
    this.#free -= weight;
    return this.#release(weight);
  }

  #release(weight: number): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#free += weight;
      this.#grant();
    };
  }

  #grant(): void {
    for (let head = this.#queue[0]; head && this.#free >= head.weight; head = this.#queue[0]) {
      this.#queue.shift();
      this.#free -= head.weight;
      head.grant();
    }
  }
}
