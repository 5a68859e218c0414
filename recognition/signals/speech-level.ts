const WINDOW = 320;

/** Root mean square of the louder half of windows of 20 ms at 16 kHz: of the speech, not of the pauses. */
export function speechLevel(signal: Float32Array): number {
  const powers: number[] = [];
  for (let at = 0; at + WINDOW <= signal.length; at += WINDOW) {
    let power = 0;
    for (const sample of signal.subarray(at, at + WINDOW)) power += sample * sample;
    powers.push(power / WINDOW);
  }
  const loud = powers.sort((a, b) => b - a).slice(0, Math.ceil(powers.length / 2));
  return Math.sqrt(loud.reduce((sum, power) => sum + power, 0) / Math.max(1, loud.length));
}
