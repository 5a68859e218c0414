/** Scores of which nobody knows beforehand how many come: fifteen million take 60 MB here, and four times that in an array. */
export class GrowingScores {
  #values = new Float32Array(1 << 16);
  #length = 0;

  push(score: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float32Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length] = score;
    this.#length += 1;
  }

  /** A copy, in the order in which they came. */
  values(): Float32Array {
    return this.#values.slice(0, this.#length);
  }
}
