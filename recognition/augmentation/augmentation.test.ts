import { describe, expect, test } from 'vitest';
import { conditionOf, measuresOfVoice } from '../capture-conditions.ts';
import { Random } from '../synthetic/random.ts';
import { throughCamera, throughCameraAtSize } from './camera.ts';
import { CONDITIONS, cameraOf, channelOf, copiesOf, enrolledCondition } from './copies.ts';
import { throughChannel } from './voice-channel.ts';

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

/** Half a second of tones at these frequencies. */
function tones(...hertz: number[]): Float32Array {
  return Float32Array.from({ length: 8000 }, (_, at) =>
    hertz.reduce((sum, one) => sum + (0.2 / hertz.length) * Math.sin((2 * Math.PI * one * at) / 16_000), 0),
  );
}

function power(signal: Float32Array, hertz: number): number {
  let [real, imaginary] = [0, 0];
  signal.forEach((sample, at) => {
    real += sample * Math.cos((2 * Math.PI * hertz * at) / 16_000);
    imaginary += sample * Math.sin((2 * Math.PI * hertz * at) / 16_000);
  });
  return (real ** 2 + imaginary ** 2) / signal.length ** 2;
}

describe('a voice on its way', () => {
  const speech = tones(150, 1000, 5000);

  test.each(['mu-law', 'adaptive'] as const)(
    'over a telephone (%s) keeps the middle and loses the ends',
    (codec) => {
      const heard = throughChannel(speech, { line: { low: 300, high: 3400, codec } }, new Random('call'));
      expect(heard).toHaveLength(speech.length);
      expect(power(heard, 1000) / power(speech, 1000)).toBeGreaterThan(0.5);
      expect(power(heard, 150) / power(speech, 150)).toBeLessThan(0.05);
      expect(power(heard, 5000) / power(speech, 5000)).toBeLessThan(0.01);
    },
  );

  test('shows that it came over a telephone', () => {
    const quality = { speechSeconds: 3, loudnessDb: -20, clippedFraction: 0, snrDb: 20, score: 1 };
    const told = (waveform: Float32Array) =>
      conditionOf('voice', measuresOfVoice({ waveform, startSeconds: 0, quality }));
    expect(told(speech)).toBe('clear');
    const line = { low: 300, high: 3400, codec: 'mu-law' } as const;
    expect(told(throughChannel(speech, { line }, new Random('call')))).toBe('telephone');
  });

  test('is as loud against the noise as was asked for', () => {
    const noisy = throughChannel(speech, { noise: { snrDb: 10, colour: 0 } }, new Random('street'));
    const [sound, noise] = [energy(speech), energy(noisy.map((sample, at) => sample - speech[at]!))];
    expect(10 * Math.log10(sound / noise)).toBeCloseTo(10, 0);
  });
});

const energy = (signal: Float32Array) => signal.reduce((sum, sample) => sum + sample * sample, 0);

describe('a picture by another camera', () => {
  const picture = {
    width: 64,
    height: 64,
    data: Uint8Array.from({ length: 64 * 64 * 3 }, (_, at) => [200, 120, 60][at % 3]!),
  };

  test('is as small, as grey and as dark as the camera makes it', async () => {
    const taken = await throughCamera(
      picture,
      { resolution: 0.5, light: 0.2, grey: true },
      new Random('door'),
    );
    expect([taken.width, taken.height]).toEqual([32, 32]);
    const [r, g, b] = taken.data;
    expect(r).toBe(g);
    expect(g).toBe(b);
    expect(r).toBeLessThan(100);
    const same = await throughCameraAtSize(picture, { resolution: 0.5 }, new Random('door'));
    expect(same).toHaveLength(picture.data.length);
  });
});

describe('copies of a recording', () => {
  test('are the same whenever they are made, and others for another recording', () => {
    expect(channelOf('a', 'mobile').channel).toEqual(channelOf('a', 'mobile').channel);
    expect(channelOf('a', 'mobile').channel).not.toEqual(channelOf('b', 'mobile').channel);
    for (const condition of CONDITIONS.face) expect(cameraOf('a', condition).camera).toBeDefined();
    for (const condition of CONDITIONS.voice) expect(channelOf('a', condition).channel).toBeDefined();
  });

  test('begin with the one that stands beside the recording in a template', () => {
    const samples = Array.from({ length: 200 }, (_, index) => `sample-${index}`);
    for (const modality of ['face', 'voice'] as const) {
      const enrolled = samples.map((sample) => enrolledCondition(modality, sample));
      expect(samples.map((sample) => copiesOf(modality, { sample, person: 'p' }, 100)[0])).toEqual(enrolled);
      expect(samples.map((sample) => copiesOf(modality, { sample, person: 'p' }, 100)[1])).not.toContain(
        enrolled[0],
      );
      expect(new Set(enrolled).size).toBe(2);
    }
  });

  test('are bounded, however many recordings there are', () => {
    const samples = Array.from({ length: 2000 }, (_, index) => ({
      sample: `sample-${index}`,
      person: `person-${index % 500}`,
    }));
    const copies = (recordings: number) => samples.map((one) => copiesOf('voice', one, recordings).length);
    expect(total(copies(100))).toBe(4000);
    expect(Math.abs(total(copies(800)) - 2500)).toBeLessThan(100);
    expect(Math.abs(total(copies(10_000)) - 200)).toBeLessThan(60);
  });

  test('are made of all recordings of a person or of none, where not all can have one', () => {
    for (const person of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      const counts = Array.from(
        { length: 10 },
        (_, take) => copiesOf('face', { sample: `${person} ${take}`, person }, 2000).length,
      );
      expect(new Set(counts).size).toBe(1);
    }
  });
});
