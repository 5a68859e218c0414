/** A network that looks at one square image, wherever it runs: in this process, or in a browser. */
export interface ImageNetwork {
  /** `pixels`: `side` x `side` RGB, 0..255, interleaved. Returns the outputs by name. */
  run(pixels: Float32Array, side: number): Promise<ReadonlyMap<string, Float32Array>>;
  release(): Promise<void>;
}
