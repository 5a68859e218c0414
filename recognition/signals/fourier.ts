/** Spectra of real signals of one length, a power of two. */
export class Fourier {
  readonly size: number;
  readonly #cosines: Float32Array;
  readonly #sines: Float32Array;
  readonly #order: Uint32Array;
  readonly #real: Float32Array;
  readonly #imaginary: Float32Array;

  constructor(size: number) {
    this.size = size;
    const turn = (2 * Math.PI) / size;
    this.#cosines = Float32Array.from({ length: size / 2 }, (_, n) => Math.cos(turn * n));
    this.#sines = Float32Array.from({ length: size / 2 }, (_, n) => -Math.sin(turn * n));
    const bits = Math.log2(size);
    this.#order = Uint32Array.from({ length: size }, (_, index) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) if (index & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
      return reversed;
    });
    this.#real = new Float32Array(size);
    this.#imaginary = new Float32Array(size);
  }

  /**
   * Power of two signals at once, which costs as much as of one: `size / 2` numbers each, from 0 to just below half the rate.
   */
  powers(one: Float32Array, other: Float32Array, into: readonly [Float32Array, Float32Array]): void {
    const { size } = this;
    const [real, imaginary] = [this.#real, this.#imaginary];
    for (let index = 0; index < size; index++) {
      const from = this.#order[index]!;
      real[index] = one[from]!;
      imaginary[index] = other[from]!;
    }
    this.#transform();
    for (let bin = 0; bin < size / 2; bin++) {
      const mirrored = (size - bin) % size;
      const [a, b, c, d] = [real[bin]!, imaginary[bin]!, real[mirrored]!, imaginary[mirrored]!];
      into[0][bin] = ((a + c) ** 2 + (b - d) ** 2) / 4;
      into[1][bin] = ((b + d) ** 2 + (c - a) ** 2) / 4;
    }
  }

  #transform(): void {
    const { size } = this;
    const [real, imaginary, cosines, sines] = [this.#real, this.#imaginary, this.#cosines, this.#sines];
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half)
        for (let offset = 0, angle = 0; offset < half; offset++, angle += step) {
          const [upper, lower] = [start + offset, start + offset + half];
          const cosine = cosines[angle]!;
          const sine = sines[angle]!;
          const turnedReal = real[lower]! * cosine - imaginary[lower]! * sine;
          const turnedImaginary = real[lower]! * sine + imaginary[lower]! * cosine;
          real[lower] = real[upper]! - turnedReal;
          imaginary[lower] = imaginary[upper]! - turnedImaginary;
          real[upper]! += turnedReal;
          imaginary[upper]! += turnedImaginary;
        }
    }
  }
}
