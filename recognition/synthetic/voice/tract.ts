/** Second-order resonator (Klatt 1980): unity gain at 0 Hz, a peak of `width` Hz at `centre` Hz. */
export class Resonator {
  #a = 1;
  #b = 0;
  #c = 0;
  #last = 0;
  #before = 0;
  readonly #rate: number;

  constructor(rate: number) {
    this.#rate = rate;
  }

  tune(centre: number, width: number): void {
    const decay = Math.exp((-Math.PI * width) / this.#rate);
    this.#c = -decay * decay;
    this.#b = 2 * decay * Math.cos((2 * Math.PI * centre) / this.#rate);
    this.#a = 1 - this.#b - this.#c;
  }

  next(input: number): number {
    const output = this.#a * input + this.#b * this.#last + this.#c * this.#before;
    this.#before = this.#last;
    this.#last = output;
    return output;
  }
}

/** Noise through a band: a resonator without its response at 0 Hz, of about the same loudness at any centre. */
export class Band {
  readonly #resonator: Resonator;
  readonly #rate: number;
  #gain = 1;
  #last = 0;
  #before = 0;

  constructor(rate: number) {
    this.#rate = rate;
    this.#resonator = new Resonator(rate);
  }

  tune(centre: number, width: number): void {
    this.#resonator.tune(centre, width);
    const turn = (2 * Math.PI * centre) / this.#rate;
    const decay = Math.exp((-Math.PI * width) / this.#rate);
    const a = 1 - 2 * decay * Math.cos(turn) + decay * decay;
    this.#gain = (1 - decay) / a;
  }

  next(input: number): number {
    const output = this.#resonator.next((input - this.#before) * this.#gain);
    this.#before = this.#last;
    this.#last = input;
    return output;
  }
}
