import type { BundleManifest } from '@visavox/core/model';
import { expect, it } from 'vitest';
import { reasonAgainst } from './due.ts';

const bundle = (voice?: object): BundleManifest => ({
  format: 1,
  name: 'recogniser',
  files: [],
  parent: null,
  properties: { backbones: { face: { canvas: 182 }, ...(voice && { voice }) } },
});
const some = { heard: 20, unheard: 8, recordings: 100 };

it('fine-tunes where there are people to learn from and others to judge on', () => {
  expect(reasonAgainst(bundle(), some)).toBeNull();
  expect(reasonAgainst(bundle(), { ...some, heard: 7 })).toMatch('7 people to learn from and 8 to judge on');
  expect(reasonAgainst(bundle(), { ...some, unheard: 3 })).toMatch('8 and 4 are needed');
});

it('goes on when there are twice as many recordings as the last time', () => {
  const tuned = bundle({ fineTuned: { people: 20, recordings: 60 } });
  expect(reasonAgainst(tuned, some)).toMatch('it was fine-tuned to 60');
  expect(reasonAgainst(tuned, { ...some, recordings: 120 })).toBeNull();
});

it('leaves a network that an operator plugged in', () => {
  expect(reasonAgainst(bundle({ name: 'another' }), some)).toMatch('an operator plugged it in');
});
