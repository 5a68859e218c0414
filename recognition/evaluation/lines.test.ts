import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { lineOf, overLine, readLines, triedOver } from './lines.ts';

const tones = Float32Array.from({ length: 16_000 }, (_, at) =>
  [500, 6000].reduce((sum, hertz) => sum + 0.2 * Math.sin((2 * Math.PI * hertz * at) / 16_000), 0),
);

/** How much of a frequency there is. */
function share(waveform: Float32Array, hertz: number): number {
  let [real, imaginary] = [0, 0];
  for (const [at, sample] of waveform.entries()) {
    real += sample * Math.cos((2 * Math.PI * hertz * at) / 16_000);
    imaginary += sample * Math.sin((2 * Math.PI * hertz * at) / 16_000);
  }
  return Math.hypot(real, imaginary) / waveform.length;
}

it.skipIf(spawnSync('ffmpeg', ['-version']).error)(
  'leaves of a voice what a telephone leaves of it, and of its length everything',
  async () => {
    const heard = await overLine(tones, 'g711-mu');
    expect(heard.length).toBeGreaterThan(15_500);
    expect(heard.length).toBeLessThan(16_500);
    expect(share(heard, 500)).toBeGreaterThan(0.5 * share(tones, 500));
    expect(share(heard, 6000)).toBeLessThan(0.02 * share(tones, 6000));
  },
);

it('tries what is compared over a line, and enrols it in clear', () => {
  const comparison = { claimed: 'ada', claimant: 'ada', same: true };
  const [tried] = triedOver([{ ...comparison, enrolled: [['a.wav']], probe: ['b.wav', 'c.wav'] }], 'gsm');
  expect(tried?.enrolled).toEqual([['a.wav']]);
  expect(lineOf(tried?.probe ?? [])).toEqual({ line: 'gsm', files: ['b.wav', 'c.wav'] });
  expect(lineOf(['a.wav'])).toEqual({ line: null, files: ['a.wav'] });
});

it('knows its lines', () => {
  expect(readLines('gsm, opus-6k')).toEqual(['gsm', 'opus-6k']);
  expect(readLines('all').length).toBeGreaterThan(10);
  expect(() => readLines('tin-can')).toThrow('there is no line "tin-can"');
});
