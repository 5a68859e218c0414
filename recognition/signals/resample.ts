/** Zero crossings of the sinc on each side. */
const CROSSINGS = 16;
const KAISER_BETA = 8.6;
/** Of the narrower of both bands; the rest is the filter's slope. */
const PASS_BAND = 0.94;
const MAXIMUM_PHASES = 1024;

/**
 * Band-limited conversion of the sample rate by a polyphase filter (sinc with a Kaiser window, about 80 dB).
 * Both rates in hertz. Ratios with more phases than {@link MAXIMUM_PHASES} are rounded to the nearest phase.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const phases = Math.min(to / divisor, MAXIMUM_PHASES);
  const band = Math.min(1, to / from) * PASS_BAND;
  const reach = Math.ceil(CROSSINGS / Math.min(1, to / from));
  const filters = Array.from({ length: phases }, (_, phase) => filter(phase / phases, band, reach));
  const out = new Float32Array(Math.round((samples.length * to) / from));
  for (let index = 0; index < out.length; index++) {
    const position = (index * from) / to;
    let start = Math.floor(position + 1e-9);
    let phase = Math.round((position - start) * phases);
    if (phase === phases) {
      phase = 0;
      start += 1;
    }
    const taps = filters[phase]!;
    const first = start - reach + 1;
    let sum = 0;
    const last = Math.min(taps.length, samples.length - first);
    for (let tap = Math.max(0, -first); tap < last; tap++) sum += taps[tap]! * samples[first + tap]!;
    out[index] = sum;
  }
  return out;
}

function filter(fraction: number, band: number, reach: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, tap) => {
    const distance = tap - reach + 1 - fraction;
    return sinc(distance * band) * kaiser(distance / reach);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel(KAISER_BETA);
}

/** Modified Bessel function of the first kind, order zero. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
