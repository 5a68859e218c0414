/**
 * Buffers that requests are read into and that come back from the threads. Without it each request leaves its
 * tensors to the garbage collectors of two heaps, which let far more pile up than is ever in use.
 */
export class BufferPool {
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #limit: number;
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** At least `bytes` long; what is in it is left from before. */
  take(bytes: number): ArrayBuffer {
    const size = sizeClass(bytes);
    const buffer = this.#free.get(size)?.pop();
    if (!buffer) return new ArrayBuffer(size);
    this.#held -= size;
    return buffer;
  }

  /** Ignores what it did not give out, and what would be more than it may keep. */
  give(buffer: ArrayBuffer): void {
    const size = buffer.byteLength;
    if (size === 0 || size !== sizeClass(size) || this.#held + size > this.#limit) return;
    const free = this.#free.get(size);
    if (free) free.push(buffer);
    else this.#free.set(size, [buffer]);
    this.#held += size;
  }
}

/** Eight classes between a power of two and the next: at most an eighth is unused. */
function sizeClass(bytes: number): number {
  const step = Math.max(4096, 2 ** (Math.ceil(Math.log2(Math.max(bytes, 2))) - 4));
  return Math.ceil(bytes / step) * step;
}
