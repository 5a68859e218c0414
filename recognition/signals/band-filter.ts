const SAMPLE_RATE = 16_000;

/** Weights of a tap by its distance from the middle, -1 to 1. */
export const hamming = (distance: number) => 0.54 + 0.46 * Math.cos(Math.PI * distance);
export const blackman = (distance: number) =>
  0.42 + 0.5 * Math.cos(Math.PI * distance) + 0.08 * Math.cos(2 * Math.PI * distance);

/** Taps of a filter that lets a band through at 16 kHz: a windowed sinc, [2 * reach + 1]. `low` and `high` in hertz. */
export function bandPass(
  { low, high }: { readonly low: number; readonly high: number },
  { reach, window }: { readonly reach: number; readonly window: (distance: number) => number },
): Float64Array {
  return Float64Array.from({ length: 2 * reach + 1 }, (_, index) => {
    const at = index - reach;
    const below = (cut: number) =>
      at === 0 ? (2 * cut) / SAMPLE_RATE : Math.sin((2 * Math.PI * cut * at) / SAMPLE_RATE) / (Math.PI * at);
    return (below(high) - below(low)) * window(at / reach);
  });
}

/** Each sample from those around it, with silence beyond both ends. */
export function filtered(signal: Float32Array, taps: Float64Array): Float32Array {
  const middle = taps.length >> 1;
  const out = new Float32Array(signal.length);
  for (let centre = 0; centre < out.length; centre++) {
    let sum = 0;
    const from = Math.max(0, middle - centre);
    const to = Math.min(taps.length, signal.length - centre + middle);
    for (let tap = from; tap < to; tap++) sum += taps[tap]! * signal[centre + tap - middle]!;
    out[centre] = sum;
  }
  return out;
}
