/**
 * Buffers of one length that are used again. A picture is sampled into megabytes that live for milliseconds; made anew
 * each time, they set off a collection of the whole heap every other sign-in.
 */
export class Scratch {
  readonly #length: number;
  readonly #free: Float32Array<ArrayBuffer>[] = [];

  constructor(length: number) {
    this.#length = length;
  }

  /** `work` has a buffer to itself, whatever is in it, and may not keep it. */
  async lend<T>(work: (buffer: Float32Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    const buffer = this.#free.pop() ?? new Float32Array(this.#length);
    try {
      return await work(buffer);
    } finally {
      this.#free.push(buffer);
    }
  }
}
