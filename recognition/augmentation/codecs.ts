/** ITU-T G.711: eight bits a sample on the mu-law curve. What a telephone network leaves of -1..1. */
export function muLaw(samples: Float32Array): Float32Array {
  const mu = 255;
  return samples.map((sample) => {
    const x = Math.max(-1, Math.min(1, sample));
    const compressed = (Math.sign(x) * Math.log1p(mu * Math.abs(x))) / Math.log1p(mu);
    const quantised = Math.round(compressed * 127) / 127;
    return (Math.sign(quantised) * ((1 + mu) ** Math.abs(quantised) - 1)) / mu;
  });
}

const INDEX_STEPS = [-1, -1, -1, -1, 2, 4, 6, 8] as const;
const STEP_SIZES = Float64Array.from({ length: 89 }, (_, index) => Math.min(32767, 7 * 1.1 ** index));

/**
 * Adaptive differential coding with four bits a sample (IMA ADPCM, a relative of ITU-T G.726): its noise follows the
 * signal, as that of a mobile network's codec does.
 */
export function adaptiveDifferential(samples: Float32Array): Float32Array {
  let predicted = 0;
  let index = 20;
  return samples.map((sample) => {
    const step = STEP_SIZES[index] as number;
    const difference = Math.max(-1, Math.min(1, sample)) * 32767 - predicted;
    const magnitude = Math.min(7, Math.floor((Math.abs(difference) * 4) / step));
    const change = (step * (magnitude + 0.5)) / 4;
    predicted = Math.max(-32768, Math.min(32767, predicted + (difference < 0 ? -change : change)));
    index = Math.max(0, Math.min(STEP_SIZES.length - 1, index + (INDEX_STEPS[magnitude] as number)));
    return predicted / 32768;
  });
}
