import sharp from 'sharp';
import { SAMPLE_RATE } from '../../signals/audio.ts';
import type { Random } from '../../synthetic/random.ts';

/**
 * Through a small loudspeaker, across a room and into a microphone: a band of 200 to 7000 Hz with a resonance, the echo of the
 * room, and its noise.
 */
export function throughLoudspeaker(speech: Float32Array, random: Random): Float32Array {
  const [bass, treble] = [random.between(0.02, 0.08), random.between(0.45, 0.75)];
  const delays = Array.from({ length: 24 }, () => ({
    at: Math.round(random.between(0.003, 0.18) * SAMPLE_RATE),
    gain: random.between(-1, 1),
  }));
  const played = new Float32Array(speech.length + Math.round(0.1 * SAMPLE_RATE));
  let [low, smooth] = [0, 0];
  for (let at = 0; at < speech.length; at++) {
    low += bass * (speech[at]! - low);
    smooth += treble * (speech[at]! - low - smooth);
    played[at] = smooth;
  }
  const lead = Math.round(random.between(0.05, 0.25) * SAMPLE_RATE);
  const heard = new Float32Array(played.length + lead);
  const strength = random.between(0.15, 0.4);
  for (let at = 0; at < played.length; at++) {
    heard[at + lead]! += played[at]!;
    for (const { at: delay, gain } of delays)
      if (at + lead + delay < heard.length)
        heard[at + lead + delay]! += strength * gain * Math.exp(-delay / (0.05 * SAMPLE_RATE)) * played[at]!;
  }
  const peak = heard.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) || 1;
  return heard.map((sample) => (sample / peak) * 0.5 + random.normal(0, 0.002));
}

/** A photograph held before the camera by hand: it sways, comes nearer, is tilted, and the sensor adds its noise. */
export async function heldPhotograph(
  photograph: Uint8Array,
  times: readonly number[],
  random: Random,
): Promise<Uint8Array[]> {
  const { data, info } = await sharp(photograph)
    .resize(270, 360, { fit: 'cover' })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const phase = [random.between(0, 6), random.between(0, 6), random.between(0, 6)] as const;
  return Promise.all(
    times.map(async (at) => {
      const zoom = 0.9 + 0.02 * Math.sin(at / 900 + phase[0]);
      const [width, height] = [Math.round(info.width * zoom), Math.round(info.height * zoom)];
      const left = Math.round((info.width - width) * (0.5 + 0.4 * Math.sin(at / 500 + phase[1])));
      const top = Math.round((info.height - height) * (0.5 + 0.4 * Math.sin(at / 650 + phase[2])));
      const cut = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } })
        .extract({ left, top, width, height })
        .resize(240, 320)
        .rotate(1.5 * Math.sin(at / 800), { background: '#555' })
        .resize(240, 320, { fit: 'cover' })
        .raw()
        .toBuffer();
      for (let index = 0; index < cut.length; index++)
        cut[index] = Math.max(0, Math.min(255, cut[index]! + random.normal(0, 2.5)));
      const image = sharp(cut, { raw: { width: 240, height: 320, channels: 3 } });
      return new Uint8Array(await image.jpeg({ quality: 85 }).toBuffer());
    }),
  );
}
