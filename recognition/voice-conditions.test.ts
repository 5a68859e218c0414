import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { throughChannel } from './augmentation/voice-channel.ts';
import { publishedBundle } from './bundle.ts';
import { Recogniser, type Template } from './recogniser.ts';
import { networksFolder } from './setup-folder.ts';
import { decodeAudio, SAMPLE_RATE } from './signals/audio.ts';
import { dot } from './signals/vectors.ts';
import { syntheticPerson, type VoiceOptions } from './synthetic/person.ts';
import { Random } from './synthetic/random.ts';

const [ada, ben] = [syntheticPerson(1, 0), syntheticPerson(1, 4)];
type Person = typeof ada;

let recogniser: Recogniser;
let template: Template;

beforeAll(async () => {
  const { manifest, files } = await publishedBundle(networksFolder());
  recogniser = await Recogniser.load(manifest, files);
  const enrolled = ['12345', '67890', '24680'].map((digits, take) => spoken(ada, digits, take));
  const voices: Float32Array[] = [];
  for (const one of enrolled) voices.push((await heard(await one)).features);
  template = await recogniser.template({ faces: [], voices });
}, 120_000);
afterAll(() => recogniser.close());

const spoken = (person: Person, digits: string, take: number, options?: VoiceOptions) =>
  decodeAudio(person.utterance(digits, take, options));

async function heard(waveform: Float32Array) {
  const capture = await recogniser.signals.captureWaveform(waveform);
  return { features: await recogniser.voiceFeatures(capture), quality: capture.quality };
}

async function cosine(waveform: Float32Array): Promise<number> {
  const [embedded] = await recogniser.embed('voice', [(await heard(waveform)).features]);
  return dot(template.voice ?? new Float32Array(), embedded ?? new Float32Array());
}

test.each([
  ['two seconds', '4719', {}],
  ['ten seconds', '471983620547198362054719', {}],
  ['a noisy room', '471983', { conditions: ['noisy'] }],
] as const)(
  'a voice is told from another by %s',
  async (_, digits, options) => {
    const [own, other] = [await spoken(ada, digits, 7, options), await spoken(ben, digits, 7, options)];
    expect(own.length / SAMPLE_RATE).toBeGreaterThan(1.5);
    expect(await cosine(own)).toBeGreaterThan((await cosine(other)) + 0.05);
  },
  60_000,
);

test('a voice is told from another when it is ten times as soft', async () => {
  const [own, other] = [await spoken(ada, '4719', 8), await spoken(ben, '4719', 8)];
  const soft = own.map((sample) => sample * 0.1);
  expect(await cosine(soft)).toBeGreaterThan((await cosine(other)) + 0.05);
}, 60_000);

describe('over a line', () => {
  const lines = [
    { low: 300, high: 3400, codec: 'mu-law' },
    { low: 200, high: 3700, codec: 'adaptive' },
  ] as const;
  const speechIn = async (waveform: Float32Array) =>
    (await recogniser.signals.captureWaveform(waveform)).quality.speechSeconds;

  test.each(lines)(
    'as much speech is found as in clear ($codec)',
    async (line) => {
      const shares: number[] = [];
      for (const [index, digits] of ['4719', '8351', '2067', '9482'].entries()) {
        const clear = await spoken(syntheticPerson(3, index), digits, 3);
        const called = throughChannel(clear, { line }, new Random(digits));
        shares.push((await speechIn(called)) / (await speechIn(clear)));
      }
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      expect(mean, `found of it: ${shares.map((share) => share.toFixed(2)).join(', ')}`).toBeGreaterThan(0.9);
    },
    60_000,
  );

  test.each(lines)(
    'what nobody says is still no speech ($codec)',
    async (line) => {
      const silence = new Float32Array(3 * SAMPLE_RATE).fill(1e-3);
      const hum = silence.map((_, at) => 0.05 * Math.sin((2 * Math.PI * 400 * at) / SAMPLE_RATE));
      const noise = new Random('hiss');
      const hiss = silence.map(() => 0.1 * (noise.next() - 0.5));
      for (const sound of [hum, hiss])
        await expect(speechIn(throughChannel(sound, { line }, new Random('line')))).rejects.toMatchObject({
          code: expect.stringMatching(/^(silence|speech_too_short|speech_too_quiet)$/),
        });
    },
    60_000,
  );
});
