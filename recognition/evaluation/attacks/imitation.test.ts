import { expect, test } from 'vitest';
import { Random } from '../../synthetic/random.ts';
import { speak } from '../../synthetic/voice/speak.ts';
import { drawVoice } from '../../synthetic/voice/traits.ts';
import { bandLevels, coloured, converted, fittedSynthesiser, medianPitch } from './imitation.ts';

const said = (index: number, digits: string) =>
  speak(drawVoice(5, index), digits, new Random('imitation test', index, digits));

test.each([0, 1, 2, 3])('the pitch of voice %i is found', (index) => {
  const wanted = drawVoice(5, index).pitch;
  const found = medianPitch([said(index, '4071')]) ?? Number.NaN;
  expect(Math.abs(Math.log2(found / wanted))).toBeLessThan(0.25);
});

test('silence has no pitch', () => {
  expect(medianPitch([new Float32Array(16_000)])).toBeNull();
});

const decibels = (levels: Float64Array) => [...levels.slice(4, 100)].map((power) => 10 * Math.log10(power));
const difference = (a: Float32Array, b: Float32Array) => {
  const [x, y] = [decibels(bandLevels([a])), decibels(bandLevels([b]))];
  return x.reduce((sum, value, band) => sum + Math.abs(value - y[band]!), 0) / x.length;
};

test('a voice that was given the spectrum of another is like it in the long term', () => {
  const [one, other] = [said(0, '4071'), said(3, '8352')];
  expect(difference(coloured(one, bandLevels([other])), other)).toBeLessThan(difference(one, other) / 2);
});

test('converted speech has the pitch of the one who is imitated, as far as a third up or down', () => {
  const [own, wanted] = [said(0, '4071'), said(2, '8352')];
  const ratio = (medianPitch([wanted]) ?? 1) / (medianPitch([own]) ?? 1);
  const reached = (medianPitch([converted(own, [wanted])]) ?? 1) / (medianPitch([own]) ?? 1);
  expect(reached).toBeCloseTo(Math.max(0.75, Math.min(1.33, ratio)), 1);
});

test('of the synthesiser’s voices the one is taken that the network finds most alike', async () => {
  const embedded: Float32Array[] = [];
  // A network that hears nothing but how bright a voice is.
  const embed = async (waveform: Float32Array) => {
    const levels = bandLevels([waveform]);
    const bright = Math.log(
      levels.slice(40).reduce((a, b) => a + b) / levels.slice(0, 40).reduce((a, b) => a + b),
    );
    const vector = Float32Array.of(Math.cos(bright / 3), Math.sin(bright / 3));
    embedded.push(vector);
    return vector;
  };
  const target = said(1, '1964');
  const say = await fittedSynthesiser([target], embed, 5);
  const [wanted, ...tried] = embedded;
  const alike = (vector: Float32Array) => vector[0]! * wanted![0]! + vector[1]! * wanted![1]!;
  const chosen = await embed(say('40718352', new Random('another occasion')));
  expect(alike(chosen)).toBeGreaterThan(Math.max(...tried.map(alike)) - 0.02);
});
