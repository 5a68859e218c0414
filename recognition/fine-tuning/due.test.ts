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
const some = { heard: 50, unheard: 20, recordings: 300 };

it('fine-tunes where there are people to learn from and others to judge on', () => {
  expect(reasonAgainst(bundle(), some)).toBeNull();
  expect(reasonAgainst(bundle(), { ...some, heard: 39 })).toMatch(
    '39 people to learn from and 20 to judge on',
  );
  expect(reasonAgainst(bundle(), { ...some, unheard: 11 })).toMatch('40 and 12 are needed');
});

it('goes on when there are twice as many recordings as the last time', () => {
  const tuned = bundle({ fineTuned: { people: 50, recordings: 200 } });
  expect(reasonAgainst(tuned, some)).toMatch('it was fine-tuned to 200');
  expect(reasonAgainst(tuned, { ...some, recordings: 400 })).toBeNull();
});

it('leaves a network that an operator plugged in', () => {
  expect(reasonAgainst(bundle({ name: 'another' }), some)).toMatch('an operator plugged it in');
});
